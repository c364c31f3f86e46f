"""Slow work in a thread of its own, such as loading a model, while others look on or wait and may leave."""

import logging
import re
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from backend.domain.errors import Cancelled, NotReady, PlaygroundError
from backend.domain.events import Progress, Tell
from backend.threads.stream import TICK_SECONDS

log = logging.getLogger(__name__)

Report = Callable[[str, float], None]
"""Called with what is being done and the fraction (0 to 1) that is behind."""
Check = Callable[[], None]
"""Raises `Cancelled` once nobody waits any more."""
Result = TypeVar("Result")
_WAY_OUT = "Get its files again, or choose another one; the playground's log has all of it."
_PLACE = re.compile(r"(?<![\w.])(?:~|[A-Za-z]:)?[/\\][^\s'\"”]+")
_MOST_WORDS = 200
"""Letters of what a library says that are shown."""


class Loading(Generic[Result]):
    """Runs `load` once in the background; after a failure the next `start` tries again.

    `doing` says what it does until it reports something itself; `failure` what to say of a foreign library's fault.
    """

    def __init__(
        self,
        load: Callable[[Report], Result],
        *,
        doing: str = "Starting",
        failure: str = "The model could not be loaded",
    ) -> None:
        self._load = load
        self._at_first, self._failure = doing, failure
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self.result: Result | None = None
        self.error: PlaygroundError | None = None
        self.doing, self.fraction = "", 0.0

    @property
    def busy(self) -> bool:
        """Whether it is loading now."""
        return self._thread is not None and self.result is None and self.error is None

    def start(self) -> None:
        """Begin, unless it is loading or loaded; returns at once."""
        with self._changed:
            if self.result is not None or self.busy:
                return
            self.error, self.doing, self.fraction = None, self._at_first, 0.0
            self._thread = threading.Thread(target=self._work, daemon=True, name=self._at_first.lower())
            self._thread.start()

    def wait(self, tell: Tell, total: int = 0) -> Result:
        """Return the result once it is there; meanwhile tell of it, as step 0 of `total`. Raise why it failed."""
        self.start()
        while self.result is None:
            if self.error:
                raise self.error
            tell(Progress(0, total, doing=self.doing))
            with self._changed:
                if self.busy:
                    self._changed.wait(TICK_SECONDS)
        return self.result

    def _report(self, doing: str, fraction: float) -> None:
        self.doing, self.fraction = doing, fraction

    def _work(self) -> None:
        result: Result | None = None
        error: PlaygroundError | None = None
        try:
            result = self._load(self._report)
        except PlaygroundError as caught:
            error = caught
        except Cancelled:
            return  # Whoever waited has left, and nobody else waits for this.
        except Exception as caught:  # A foreign library's fault; whoever waits has to hear of it.
            log.exception("%s", self._failure)
            error = NotReady(f"{self._failure}. {said_by(caught)} {_WAY_OUT}")
        with self._changed:
            self.result, self.error = result, error
            self._changed.notify_all()


def aside(work: Callable[[Check], Result], tell: Tell, *, doing: str, failure: str) -> Result:
    """Do `work` once for one visitor, telling each half second that it goes on; a visitor who leaves waits no longer.

    The work itself ends where it next calls the `Check` that it is given.
    """
    left = threading.Event()

    def check() -> None:
        if left.is_set():
            raise Cancelled

    try:
        return Loading(lambda _: work(check), doing=doing, failure=failure).wait(tell)
    except Cancelled:
        left.set()
        raise


def said_by(error: BaseException) -> str:
    """Return the first words of what a library says, without the places of files, which are nobody's business."""
    words = _PLACE.sub("…", str(error).strip().partition("\n")[0]).strip()
    if len(words) > _MOST_WORDS:
        words = f"{words[:_MOST_WORDS].rsplit(' ', 1)[0]} …"
    return f"{type(error).__name__} says “{words}”." if words else f"The reason is {type(error).__name__}."
