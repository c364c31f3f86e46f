"""Which model draws now: the one that was named, or the embedded one until the real one is here; and its change."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from backend.adapters.base import State
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.gathering.find import find
from backend.adapters.local.load import AUTO, lacking_sentence, load
from backend.adapters.local.machine.checkpoint import EMBEDDED_MODEL, REAL, Checkpoint
from backend.adapters.local.machine.device import Machine, lacking
from backend.adapters.local.machine.device_queue import DeviceQueue
from backend.adapters.local.machine.download import Download
from backend.adapters.local.machine.extras import PARTS, Extras
from backend.adapters.local.machine.memory_guard import free
from backend.adapters.local.machine.options import Layout
from backend.adapters.local.machine.tenancy import Tenancy
from backend.adapters.local.weights.header import BadFile
from backend.domain.caller import Press
from backend.domain.errors import NotReady, PlaygroundError, Problem, Unsupported
from backend.domain.events import Tell, unheard
from backend.threads.background import Loading

REAL_NEEDS_BYTES = 11 * 2**30
"""GPU memory that holds the real model, its largest part at a time: 8.0 GB of text encoder, and a drawing besides."""


_NO_MODEL = (
    "The model {!r} is no file or folder here and no hub id: give `tiny`, a folder, a .safetensors or .gguf file, or "
    "`owner/name`."
)


class Models:
    """The model at hand, its loading, the download of another one, and the switch to it.

    `checkpoint` is the model that was chosen last, by which requests are checked; `drawing` the one whose engine is
    loaded or will be next. They differ until what runs has ended: a run is drawn by the model that it was asked of.
    """

    def __init__(self, model: str, machine: Machine, extras: Extras, places: tuple[Path, ...] = ()) -> None:
        self.machine, self.extras = machine, extras
        self.device_queue = DeviceQueue()
        """The line for the device, whatever model is on it."""
        self.tenancy = Tenancy()
        self.wrong = ""
        self.notice = ""
        """What became of the last switch, where it isn't what was wished."""
        self._places = places
        self._lock = threading.Lock()
        self._changing: threading.Thread | None = None
        self._unwanted = self._given_back = False
        self._also: Callable[[], None] = lambda: None
        try:
            wished = self._find(REAL if model == "auto" else model)
        except BadFile as error:
            wished, self.wrong = None, str(error)
        if wished is None and not self.wrong:
            self.wrong = _NO_MODEL.format(model)
        named = model != "auto"
        fits = machine.device == "cuda" and machine.memory >= REAL_NEEDS_BYTES
        self.download = Download(wished.repo) if wished and wished.repo and not wished.folder else None
        """What may still be fetched; None once it is here, or where this machine can't hold it."""
        self.named_download = named and self.download is not None
        if not named and not fits:
            wished, self.download = None, None
        self.checkpoint = wished if wished and (wished.folder or named) else EMBEDDED_MODEL
        self._use(self.checkpoint)

    def _use(self, checkpoint: Checkpoint, layout: Layout = AUTO) -> None:
        self.drawing, self._layout, self._given_back = checkpoint, layout, False
        self.loading: Loading[Engine] = Loading(lambda report: load(checkpoint, self.extras, report, layout))

    def held(self, tell: Tell, steps: int, press: Press | None) -> AbstractContextManager[None]:
        """Hold the model for a run of so many steps, after a switch that is under way; `tell` may raise to leave."""
        return self.tenancy.held(tell, steps, press, lambda: self.state().message)

    def switch(self, checkpoint: Checkpoint) -> None:
        """Draw with another model; returns at once. The last one to be chosen is the one that comes.

        What runs ends with the model that it began with, and what is asked for from now on waits for this one. The old
        one is given up before the new one is read, and comes back where that can't be.
        """
        with self._lock:
            self.checkpoint, self.notice = checkpoint, ""
            self._begin_change()

    def choose(self, model: str) -> None:
        """Switch to `tiny`, a folder, a file or a hub id; one that isn't here is offered for the download.

        Raises `Unsupported` where it is no model.
        """
        try:
            found = self._find(model)
        except BadFile as error:
            raise Unsupported([Problem("", str(error))]) from error
        if found is None:
            raise Unsupported([Problem("", _NO_MODEL.format(model))])
        if found.repo and found.folder is None:
            self.download, self.named_download = Download(found.repo), False
            self.notice = f"{found.repo} isn't on this machine yet: {offer_of(self.download)}."
            return
        if problem := found.problem():
            raise Unsupported([Problem("", " ".join([problem, *self._ways_out(found)]))])
        self.switch(found)

    def unload(self, also: Callable[[], None] = lambda: None) -> None:
        """Give the model's memory back once what runs has ended; returns at once. The next run loads it again.

        `also` gives back what else takes memory.
        """
        with self._lock:
            self._unwanted, self._also, self.notice = True, also, ""
            self._begin_change()

    @property
    def changing(self) -> bool:
        """Whether another model is on its way in, or this one on its way out."""
        return self._changing is not None

    def _begin_change(self) -> None:
        if self._changing is None:
            self._changing = threading.Thread(target=self._change, daemon=True, name="switch")
            self._changing.start()

    def _change(self) -> None:
        while self._is_wanted():
            with self.tenancy.alone():
                self._settle(unheard, 0)
                with self._lock:
                    before, wished, unwanted = self.drawing, self.checkpoint, self._unwanted
                    self._unwanted = False
                if wished == before and not unwanted:  # It was chosen again meanwhile.
                    continue
                was_loaded = self._give_up(wished)
                if wished == before:
                    self._also()
                    if was_loaded:
                        free()
                    self._given_back = True
                elif error := self._failure():
                    self._come_back(before, wished, error, was_loaded=was_loaded)

    def _is_wanted(self) -> bool:
        with self._lock:
            wanted = self._unwanted or self.checkpoint != self.drawing
            if not wanted:
                self._changing = None
            return wanted

    def _give_up(self, wished: Checkpoint) -> bool:
        """Let the engine go, and return whether there was one; `wished` is read next."""
        engine = self.loading.result
        self._use(wished)
        if engine is None:
            return False
        engine.give_up()
        return True

    def _failure(self) -> PlaygroundError | None:
        """Load what is wished, and return why it can't be."""
        try:
            self.loading.wait(unheard)
        except PlaygroundError as error:
            return error.with_traceback(None)
        return None

    def _come_back(self, before: Checkpoint, wished: Checkpoint, error: PlaygroundError, *, was_loaded: bool) -> None:
        with self._lock:
            if self.checkpoint != wished:  # Somebody has chosen yet another one.
                return
            self.checkpoint = before
            self._use(before)
        again = self._failure() if was_loaded else None
        came = f"No model is loaded, since {before.name} could not be loaded again: {again}" if again else ""
        self.notice = f"{wished.name} could not be loaded: {error} {came or f'{before.name} is back.'}"

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
        missing = self._missing(self.drawing)
        if missing:
            raise NotReady(missing)
        if layout != self._layout:
            self._settle(tell, total)
            self._give_up(self.drawing)
            self._use(self.drawing, layout)
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
        return self._missing(self.checkpoint)

    def _missing(self, checkpoint: Checkpoint) -> str | None:
        libraries = lacking()
        if libraries:
            return lacking_sentence(libraries)
        if self.wrong:
            return self.wrong
        if checkpoint.folder is None:
            return self._download_sentence()
        problem = checkpoint.problem()
        return " ".join([problem, *self._ways_out(checkpoint)]) if problem else None

    def wanting(self) -> tuple[str, ...]:
        """Return the extras that would make a model of a single file whole."""
        return _wanting(self.checkpoint)

    def completed(self) -> None:
        """Take what has just been fetched for a model of a single file."""
        if self.wanting():
            self.switch(self._find(str(self.checkpoint.file)) or self.checkpoint)

    def _find(self, model: str) -> Checkpoint | None:
        return find(model, (*self._places, *self._fetched()))

    def _fetched(self) -> tuple[Path, ...]:
        """Return the folders of what was fetched for such models."""
        return tuple(folder for name in PARTS if (folder := self.extras.folder(name)))

    def _ways_out(self, checkpoint: Checkpoint) -> Iterator[str]:
        yield from (lacking for name in _wanting(checkpoint) if (lacking := self.extras.lacking(name)))

    def state(self) -> State:
        """Return how it stands, in one sentence."""
        missing, loading = self.missing(), self.loading
        if self.changing and not loading.busy:
            return State(ready=False, message=self._waiting_sentence(), busy=True)
        if missing:
            download = self.download
            busy = bool(download and download.busy)
            return State(
                ready=False, message=missing, busy=busy, fraction=download.fraction if busy and download else None
            )
        if loading.busy:
            return State(ready=False, message=f"{loading.doing}…", busy=True, fraction=loading.fraction)
        if loading.error:
            return State(ready=False, message=self.notice or str(loading.error))
        return State(ready=True, message=f"{self.notice} {self._ready_sentence()}".strip())

    def _waiting_sentence(self) -> str:
        holders, comes = self.tenancy.holders, self.checkpoint != self.drawing
        doing = f"Switching to {self.checkpoint.name}" if comes else f"Giving back the memory of {self.drawing.name}"
        return f"{doing} once what runs has ended ({holders})…" if holders else f"{doing}…"

    def _ready_sentence(self) -> str:
        where = f"{self.checkpoint.name} on this machine's {self.machine.name}"
        engine = self.loading.result
        if self._given_back:
            return f"Ready: {where}, whose memory was given back: the next run loads it again."
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
        self.download = None
        self.switch(checkpoint)


def _wanting(checkpoint: Checkpoint) -> tuple[str, ...]:
    """Return the extras that would make a model of a single file whole."""
    if not checkpoint.file or not checkpoint.problem():
        return ()
    return tuple(dict.fromkeys(file.partition("/")[0] for file in checkpoint.lacking()))


def offer_of(download: Download) -> str:
    """Say what a download takes and what is free, before anybody agrees to it."""
    size = f"{download.total / 1e9:.0f} GB" if download.total else "its size is told by the hub once it starts"
    return f"download {size} ({download.free_bytes() / 1e9:.0f} GB are free here)"
