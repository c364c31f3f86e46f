"""Which model draws now: the one that was named, or the embedded one until the real one is here."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from backend.adapters.base import State
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.gathering.find import find
from backend.adapters.local.load import AUTO, lacking_sentence, load
from backend.adapters.local.machine.checkpoint import EMBEDDED, REAL, Checkpoint
from backend.adapters.local.machine.device import Machine, lacking
from backend.adapters.local.machine.device_queue import DeviceQueue
from backend.adapters.local.machine.download import Download
from backend.adapters.local.machine.extras import PARTS, Extras
from backend.adapters.local.machine.options import Layout
from backend.adapters.local.weights.header import BadFile
from backend.domain.errors import NotReady, PlaygroundError
from backend.domain.events import Tell
from backend.threads.background import Loading

REAL_NEEDS_BYTES = 11 * 2**30
"""GPU memory that holds the real model, its largest part at a time: 8.0 GB of text encoder, and a drawing besides."""


class Models:
    """The model at hand, its loading, and the download of another one."""

    def __init__(self, model: str, machine: Machine, extras: Extras) -> None:
        self.machine, self.extras = machine, extras
        self.device_queue = DeviceQueue()
        """The line for the device, whatever model is on it."""
        self.wrong = ""
        try:
            wished = find(REAL if model == "auto" else model, self._fetched())
        except BadFile as error:
            wished, self.wrong = None, str(error)
        if wished is None and not self.wrong:
            self.wrong = (
                f"The model {model!r} is no file or folder here and no hub id: give `tiny`, a folder, a .safetensors "
                "or .gguf file, or `owner/name`."
            )
        named = model != "auto"
        fits = machine.device == "cuda" and machine.memory >= REAL_NEEDS_BYTES
        self.download = Download(wished.repo) if wished and wished.repo and not wished.folder else None
        """What may still be fetched; None once it is here, or where this machine can't hold it."""
        self.named_download = named and self.download is not None
        if not named and not fits:
            wished, self.download = None, None
        self._use(wished if wished and (wished.folder or named) else _embedded())

    def _use(self, checkpoint: Checkpoint, layout: Layout = AUTO) -> None:
        self.checkpoint, self._layout = checkpoint, layout
        self.loading: Loading[Engine] = Loading(lambda report: load(checkpoint, self.extras, report, layout))

    def start(self) -> None:
        """Begin what a first run would wait for: a download that was asked for by name, or loading."""
        if self.missing():
            self.fetch(named=True)
        else:
            self.loading.start()

    def fetch(self, *, named: bool = False) -> None:
        """Start the download, if there is one; `named` starts only one that the settings asked for."""
        if self.download and (self.named_download or not named):
            self.download.start(self._arrived)

    def wait(self, tell: Tell, total: int, layout: Layout = AUTO) -> Engine:
        """Return the engine of this layout, telling how far it is; raise `NotReady` where the model isn't here.

        An engine of another layout is given up, so that only who has the device's turn may ask for one.
        """
        missing = self.missing()
        if missing:
            raise NotReady(missing)
        if layout != self._layout:
            self._settle(tell, total)
            self._use(self.checkpoint, layout)
        engine = self.loading.wait(tell, total)
        self._settle(tell, total)
        return engine

    def _settle(self, tell: Tell, total: int) -> None:
        """Wait for what somebody who left has begun to bring to the device."""
        with suppress(PlaygroundError):
            if self.loading.busy:
                self.loading.wait(tell, total)
            if self.loading.result and self.loading.result.guiding.busy:
                self.loading.result.guiding.wait(tell, total)

    def missing(self) -> str | None:
        """Say what keeps this model from being loaded, or None."""
        libraries = lacking()
        if libraries:
            return lacking_sentence(libraries)
        if self.wrong:
            return self.wrong
        if self.checkpoint.folder is None:
            return self._download_sentence()
        problem = self.checkpoint.problem()
        return " ".join([problem, *self._ways_out()]) if problem else None

    def wanting(self) -> tuple[str, ...]:
        """Return the extras that would make a model of a single file whole."""
        checkpoint = self.checkpoint
        if not checkpoint.file or not checkpoint.problem():
            return ()
        return tuple(dict.fromkeys(file.partition("/")[0] for file in checkpoint.lacking()))

    def completed(self) -> None:
        """Take what has just been fetched for a model of a single file."""
        if self.wanting():
            found = find(str(self.checkpoint.file), self._fetched())
            self._use(found or self.checkpoint)

    def _fetched(self) -> tuple[Path, ...]:
        """Return the folders of what was fetched for such models."""
        return tuple(folder for name in PARTS if (folder := self.extras.folder(name)))

    def _ways_out(self) -> Iterator[str]:
        yield from (lacking for name in self.wanting() if (lacking := self.extras.lacking(name)))

    def state(self) -> State:
        """Return how it stands, in one sentence."""
        missing, loading = self.missing(), self.loading
        if missing:
            download = self.download
            busy = bool(download and download.busy)
            return State(
                ready=False, message=missing, busy=busy, fraction=download.fraction if busy and download else None
            )
        if loading.busy:
            return State(ready=False, message=f"{loading.doing}…", busy=True, fraction=loading.fraction)
        if loading.error:
            return State(ready=False, message=str(loading.error))
        return State(ready=True, message=self._ready_sentence())

    def _ready_sentence(self) -> str:
        where = f"{self.checkpoint.name} on this machine's {self.machine.name}"
        engine = self.loading.result
        if engine and (self._layout != AUTO or not self.checkpoint.embedded):
            return f"Ready: {where}, {engine.memory.reason}."
        if not self.checkpoint.embedded:
            return f"Ready: {where}."
        if self.download and self.download.busy:
            return f"Ready: {where}. {self._download_sentence()}"
        if self.download and self.download.error:
            return f"Ready: {where}. {self.download.error}"
        more = "download it below" if self.download else f"it needs a GPU and starts with `--model {REAL}`"
        return f"Ready: {where}, which draws simple shapes; for the real Z-Image-Turbo, {more}."

    def _download_sentence(self) -> str:
        download = self.download
        assert download is not None
        if download.busy:
            total = f" of {download.total / 1e9:.1f}" if download.total else ""
            return f"Downloading {download.repo}: {download.done / 1e9:.1f}{total} GB."
        if download.error:
            return str(download.error)
        return f"{download.repo} isn't on this machine yet: {offer_of(download)}."

    def _arrived(self, folder: Path) -> None:
        assert self.download is not None
        checkpoint = Checkpoint(self.download.repo.partition("/")[2], folder, self.download.repo)
        lacks = checkpoint.lacking()
        if lacks:
            raise NotReady(f"{self.download.repo} is no Z-Image model in diffusers' layout: it has no {lacks[0]}.")
        self._use(checkpoint)
        self.download = None
        self.loading.start()


def offer_of(download: Download) -> str:
    """Say what a download takes and what is free, before anybody agrees to it."""
    size = f"{download.total / 1e9:.0f} GB" if download.total else "its size is told by the hub once it starts"
    return f"download {size} ({download.free_bytes() / 1e9:.0f} GB are free here)"


def _embedded() -> Checkpoint:
    return Checkpoint("the small embedded model", EMBEDDED)
