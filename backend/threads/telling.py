"""A run told as values that can leave the process: events, and the error that ended it."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator

from backend.domain.errors import Cancelled, GenerationFailed, PlaygroundError
from backend.domain.events import Emit, Event, Waiting
from backend.domain.requests import Request

log = logging.getLogger(__name__)

TICK_SECONDS = 0.5

Work = Callable[[Request, Emit], None]
Told = Event | PlaygroundError
_Line = queue.SimpleQueue[Told | None]


def told_by(work: Work, request: Request) -> Generator[Told, None, None]:
    """Do the work in a thread and yield what it emits, then the error that ended it, if one did.

    A `Waiting` comes whenever nothing else did for half a second; once this is closed, the work's next `emit` ends it.
    """
    told: _Line = queue.SimpleQueue()
    left = threading.Event()

    def emit(event: Event) -> None:
        if left.is_set():
            raise Cancelled
        told.put(event)

    threading.Thread(target=_do, args=(work, request, emit, told), daemon=True, name="telling").start()
    try:
        yield from _ticking(told)
    finally:
        left.set()


def relay(told: Iterable[Told], emit: Emit) -> None:
    """Emit here what was told elsewhere, and raise the error that ended it there."""
    for event in told:
        if isinstance(event, PlaygroundError):
            raise event
        emit(event)


def _do(work: Work, request: Request, emit: Emit, told: _Line) -> None:
    try:
        work(request, emit)
        told.put(None)
    except Cancelled:
        told.put(None)
    except PlaygroundError as error:
        told.put(error)
    except Exception:  # Only values leave the process; whoever waits on the other side has to hear of it.
        log.exception("A drawing broke down")
        told.put(GenerationFailed("The drawing broke down: try it again."))


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
