"""Another model for the one that draws, or its memory given back: in a thread of its own, once what runs has ended."""

import threading
from collections.abc import Callable

from backend.adapters.local.loaded import Loaded
from backend.adapters.local.machine.checkpoint import Checkpoint
from backend.adapters.local.machine.memory_guard import free
from backend.adapters.local.machine.tenancy import Tenancy
from backend.domain.errors import PlaygroundError
from backend.domain.events import unheard


class Change:
    """What becomes of the engine that is loaded; `wished` is the model that was chosen last.

    What runs ends with the model that it began with, and what is asked for from now on waits for the wished one. The
    old one is given up before the new one is read, and comes back where that can't be.
    """

    def __init__(self, loaded: Loaded) -> None:
        self.wished = loaded.checkpoint
        self.notice = ""
        """What became of the last change, where it isn't what was wished."""
        self.tenancy = Tenancy()
        self._loaded = loaded
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._unwanted = False
        self._also: Callable[[], None] = lambda: None

    @property
    def under_way(self) -> bool:
        """Whether another model is on its way in, or this one on its way out."""
        return self._thread is not None

    def to(self, checkpoint: Checkpoint) -> None:
        """Draw with another model; returns at once. The last one to be chosen is the one that comes."""
        with self._lock:
            self.wished, self.notice = checkpoint, ""
            self._begin()

    def unload(self, also: Callable[[], None] = lambda: None) -> None:
        """Give the model's memory back; returns at once. The next run loads it again.

        `also` gives back what else takes memory.
        """
        with self._lock:
            self._unwanted, self._also, self.notice = True, also, ""
            self._begin()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True, name="switch")
            self._thread.start()

    def _work(self) -> None:
        while self._is_wanted():
            with self.tenancy.alone():
                self._loaded.settle(unheard, 0)
                with self._lock:
                    before, wished, unwanted = self._loaded.checkpoint, self.wished, self._unwanted
                    self._unwanted = False
                if wished != before:
                    self._exchange(before, wished)
                elif unwanted:  # Else it was chosen again meanwhile.
                    self._give_back(wished)

    def _is_wanted(self) -> bool:
        with self._lock:
            wanted = self._unwanted or self.wished != self._loaded.checkpoint
            if not wanted:
                self._thread = None
            return wanted

    def _give_back(self, checkpoint: Checkpoint) -> None:
        was_loaded = self._loaded.exchange(checkpoint)
        self._also()
        if was_loaded:
            free()
        self._loaded.given_back = True

    def _exchange(self, before: Checkpoint, wished: Checkpoint) -> None:
        was_loaded = self._loaded.exchange(wished)
        if error := self._loaded.failure():
            self._come_back(before, wished, error, was_loaded=was_loaded)

    def _come_back(self, before: Checkpoint, wished: Checkpoint, error: PlaygroundError, *, was_loaded: bool) -> None:
        with self._lock:
            if self.wished != wished:  # Somebody has chosen yet another one.
                return
            self.wished = before
            self._loaded.exchange(before)
        again = self._loaded.failure() if was_loaded else None
        came = f"No model is loaded, since {before.name} could not be loaded again: {again}" if again else ""
        self.notice = f"{wished.name} could not be loaded: {error} {came or f'{before.name} is back.'}"
