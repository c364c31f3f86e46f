"""A run told as values that can leave the process: news, images, and the error that ended it.

Only what orders nothing is told so: the ids of an order have to be on disk before it is placed, which another process
can't wait for. A `Listener` has no call for it.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field

from backend.domain.errors import Cancelled, GenerationFailed, PlaygroundError
from backend.domain.events import Generated, Listener, News, Waiting, hand_on
from backend.domain.requests import Request
from backend.threads.stream import TICK_SECONDS

log = logging.getLogger(__name__)

Work = Callable[[Request, Listener], None]
Told = News | Generated | PlaygroundError
"""What leaves the process; picklable."""
_Line = queue.SimpleQueue[Told | None]


@dataclass(frozen=True, slots=True)
class _Teller:
    """Hears of what is made, and puts it in the line as long as somebody is there at its other end."""

    line: _Line = field(default_factory=queue.SimpleQueue)
    left: threading.Event = field(default_factory=threading.Event)

    def tell(self, event: News) -> None:
        """Pass it on; raises `Cancelled` once nobody is there."""
        self._put(event)

    def deliver(self, image: Generated) -> None:
        """Pass it on; raises `Cancelled` once nobody is there."""
        self._put(image)

    def _put(self, told: Told) -> None:
        if self.left.is_set():
            raise Cancelled
        self.line.put(told)


def told_by(work: Work, request: Request) -> Generator[Told, None, None]:
    """Do the work in a thread and yield what it tells and delivers, then the error that ended it, if one did.

    A `Waiting` comes whenever nothing else did for half a second; once this is closed, the work's next call ends it.
    """
    teller = _Teller()
    threading.Thread(target=_do, args=(work, request, teller), daemon=True, name="telling").start()
    try:
        yield from _ticking(teller.line)
    finally:
        teller.left.set()


def relay(told: Iterable[Told], listener: Listener) -> None:
    """Tell and deliver here what was told elsewhere, and raise the error that ended it there."""
    for each in told:
        if isinstance(each, PlaygroundError):
            raise each
        hand_on(each, listener)


def _do(work: Work, request: Request, teller: _Teller) -> None:
    line = teller.line
    try:
        work(request, teller)
        line.put(None)
    except Cancelled:
        line.put(None)
    except PlaygroundError as error:
        line.put(error)
    except Exception:  # Only values leave the process; whoever waits on the other side has to hear of it.
        log.exception("A drawing broke down")
        line.put(GenerationFailed("The drawing broke down: try it again."))


def _ticking(told: _Line) -> Iterator[Told]:
    began = time.monotonic()
    while True:
        try:
            event = told.get(timeout=TICK_SECONDS)
        except queue.Empty:
            event = Waiting(time.monotonic() - began)
        if event is None:
            return
        yield event
