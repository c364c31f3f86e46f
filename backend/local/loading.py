"""A model that is loaded once, in its own thread, while others look on or wait."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from backend.errors import NotReady, PlaygroundError
from backend.events import Emit, Progress

if TYPE_CHECKING:
    from backend.local.engine import Engine

log = logging.getLogger(__name__)

TICK_SECONDS = 0.5
Report = Callable[[str, float], None]
"""Called with what is being done and the fraction (0 to 1) that is behind."""


class Loading:
    """Runs `load` once in the background; after a failure the next `start` tries again."""

    def __init__(self, load: "Callable[[Report], Engine]") -> None:
        self._load = load
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self.engine: Engine | None = None
        self.error: PlaygroundError | None = None
        self.doing, self.fraction = "", 0.0

    @property
    def busy(self) -> bool:
        """Whether it is loading now."""
        return self._thread is not None and self.engine is None and self.error is None

    def start(self) -> None:
        """Begin, unless it is loading or loaded; returns at once."""
        with self._changed:
            if self.engine or self.busy:
                return
            self.error, self.doing, self.fraction = None, "Starting", 0.0
            self._thread = threading.Thread(target=self._work, daemon=True, name="load the model")
            self._thread.start()

    def wait(self, emit: Emit, total: int) -> "Engine":
        """Return the engine once it is there; meanwhile emit progress, as step 0 of `total`. Raise why it failed."""
        self.start()
        while self.engine is None:
            if self.error:
                raise self.error
            emit(Progress(0, total, doing=self.doing))
            with self._changed:
                if self.busy:
                    self._changed.wait(TICK_SECONDS)
        return self.engine

    def _report(self, doing: str, fraction: float) -> None:
        self.doing, self.fraction = doing, fraction

    def _work(self) -> None:
        try:
            engine, error = self._load(self._report), None
        except PlaygroundError as caught:
            engine, error = None, caught
        except Exception:  # A foreign library's fault; whoever waits has to hear of it.
            log.exception("The model could not be loaded")
            engine, error = None, NotReady("The model could not be loaded; the playground's log says why.")
        with self._changed:
            self.engine, self.error = engine, error
            self._changed.notify_all()
