"""Which model draws: the one that was named, or the embedded one until the real one is here; and how another comes."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from backend.adapters.base import State
from backend.adapters.local.change import Change
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.gathering.find import find
from backend.adapters.local.load import AUTO, lacking_sentence
from backend.adapters.local.loaded import Loaded
from backend.adapters.local.machine.checkpoint import EMBEDDED_MODEL, REAL, Checkpoint
from backend.adapters.local.machine.device import Machine, lacking
from backend.adapters.local.machine.device_queue import DeviceQueue
from backend.adapters.local.machine.download import Download
from backend.adapters.local.machine.extras import PARTS, Extras
from backend.adapters.local.machine.options import Layout
from backend.adapters.local.standing import Standing, download_sentence
from backend.adapters.local.weights.header import BadFile
from backend.domain.caller import Press
from backend.domain.errors import NotReady, Problem, Unsupported
from backend.domain.events import Tell

REAL_NEEDS_BYTES = 11 * 2**30
"""GPU memory that holds the real model, its largest part at a time: 8.0 GB of text encoder, and a drawing besides."""


_NO_MODEL = (
    "The model {!r} is no file or folder here and no hub id: give `tiny`, a folder, a .safetensors or .gguf file, or "
    "`owner/name`."
)


class Models:
    """The model at hand, the engine that is loaded, the download of another one, and the change to it.

    The parts of a model of a single file are looked for in `places`; `controlnets` returns the files of ControlNets
    that lie in other tools' folders.
    """

    def __init__(
        self,
        model: str,
        machine: Machine,
        extras: Extras,
        places: tuple[Path, ...] = (),
        controlnets: Callable[[], Iterable[Path]] = tuple,
    ) -> None:
        self.machine, self.extras = machine, extras
        self.device_queue = DeviceQueue()
        """The line for the device, whatever model is on it."""
        self.wrong = ""
        self._places = places
        named = model != "auto"
        fits = machine.device == "cuda" and machine.memory >= REAL_NEEDS_BYTES
        wished = self._wished(model if named else REAL)
        self.download = Download(wished.repo) if wished and wished.repo and not wished.folder else None
        """What may still be fetched; None once it is here, or where this machine can't hold it."""
        self.named_download = named and self.download is not None
        if not named and not fits:
            wished, self.download = None, None
        self.loaded = Loaded(wished if wished and (wished.folder or named) else EMBEDDED_MODEL, extras, controlnets)
        self.change = Change(self.loaded)

    def _wished(self, model: str) -> Checkpoint | None:
        """Find what the settings name; where that can't be used, `wrong` says so."""
        try:
            found = self._find(model)
        except BadFile as error:
            self.wrong = str(error)
            return None
        if found is None:
            self.wrong = _NO_MODEL.format(model)
        return found

    @property
    def checkpoint(self) -> Checkpoint:
        """The model that was chosen last, by which requests are checked."""
        return self.change.wished

    @property
    def drawing(self) -> Checkpoint:
        """The model whose engine is loaded or will be next: until what runs has ended, that which it was asked of."""
        return self.loaded.checkpoint

    def held(self, tell: Tell, steps: int, press: Press | None) -> AbstractContextManager[None]:
        """Hold the model for a run of so many steps, after a switch that is under way; `tell` may raise to leave."""
        return self.change.tenancy.held(tell, steps, press, lambda: self.state().message)

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
            self.change.notice = download_sentence(self.download)
            return
        if problem := found.problem():
            raise Unsupported([Problem("", " ".join([problem, *self._ways_out(found)]))])
        self.switch(found)

    def switch(self, checkpoint: Checkpoint) -> None:
        """Draw with another model, which is here; returns at once."""
        self.change.to(checkpoint)

    def unload(self, also: Callable[[], None]) -> None:
        """Give the model's memory back once what runs has ended; `also` gives back what else takes some."""
        self.change.unload(also)

    def start(self) -> None:
        """Begin what a first run would wait for: a download that was asked for by name, or loading."""
        if self.missing():
            self.fetch(named=True)
        else:
            self.loaded.loading.start()

    def fetch(self, *, named: bool = False) -> None:
        """Start the download, if there is one; `named` starts only one that the settings asked for."""
        if self.download and (self.named_download or not named):
            self.download.start(self._arrived)

    def wait(self, tell: Tell, total: int, layout: Layout = AUTO) -> Engine:
        """Return the engine in this layout, telling how far it is; raise `NotReady` where the model isn't here.

        An engine in another layout is given up, so that only who has the device's turn may ask for one.
        """
        if missing := self._missing(self.drawing):
            raise NotReady(missing)
        return self.loaded.wait(tell, total, layout)

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
            assert self.download is not None
            return download_sentence(self.download)
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
        return Standing(self.machine, self.loaded, self.change, self.download, self.missing()).state()

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
