"""What takes long to load and is loaded once, in its own thread, while others look on or wait."""

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from backend.errors import NotReady, PlaygroundError
from backend.events import Emit, Progress

log = logging.getLogger(__name__)

TICK_SECONDS = 0.5
Report = Callable[[str, float], None]
"""Called with what is being done and the fraction (0 to 1) that is behind."""
Loaded = TypeVar("Loaded")


class Loading(Generic[Loaded]):
    """Runs `load` once in the background; after a failure the next `start` tries again.

    `what` begins the sentence that visitors read where it fails for a reason that is not theirs.
    """

    def __init__(self, load: Callable[[Report], Loaded], what: str = "The model") -> None:
        self._load, self._what = load, what
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self.value: Loaded | None = None
        self.error: PlaygroundError | None = None
        self.doing, self.fraction = "", 0.0

    @property
    def busy(self) -> bool:
        """Whether it is loading now."""
        return self._thread is not None and self.value is None and self.error is None

    def start(self) -> None:
        """Begin, unless it is loading or loaded; returns at once."""
        with self._changed:
            if self.value or self.busy:
                return
            self.error, self.doing, self.fraction = None, "Starting", 0.0
            self._thread = threading.Thread(target=self._work, daemon=True, name="loading")
            self._thread.start()

    def wait(self, emit: Emit, total: int) -> Loaded:
        """Return it once it is loaded; meanwhile emit progress, as step 0 of `total`. Raise why it failed."""
        self.start()
        while self.value is None:
            if self.error:
                raise self.error
            emit(Progress(0, total, doing=self.doing))
            with self._changed:
                if self.busy:
                    self._changed.wait(TICK_SECONDS)
        return self.value

    def _report(self, doing: str, fraction: float) -> None:
        self.doing, self.fraction = doing, fraction

    def _work(self) -> None:
        try:
            value, error = self._load(self._report), None
        except PlaygroundError as caught:
            value, error = None, caught
        except Exception:  # A foreign library's fault; whoever waits has to hear of it.
            log.exception("%s could not be loaded", self._what)
            value, error = None, NotReady(f"{self._what} could not be loaded; the playground's log says why.")
        with self._changed:
            self.value, self.error = value, error
            self._changed.notify_all()
