"""Several runs as one stream of events."""

import contextvars
import queue
import threading
from collections.abc import Callable, Iterator, Mapping

from backend.errors import PlaygroundError
from backend.events import Event, Failed

_Item = tuple[str, Event | None]


def merge(starts: Mapping[str, Callable[[], Iterator[Event]]], *, at_once: int) -> Iterator[tuple[str, Event]]:
    """Run streams side by side, at most `at_once` of them, and yield their events with their names as they come.

    A stream that can't start gives one `Failed`. Closing this closes those that run, and starts no further ones.
    """
    events: queue.SimpleQueue[_Item] = queue.SimpleQueue()
    left = threading.Event()
    waiting = list(starts.items())
    running = 0
    try:
        while waiting or running:
            while waiting and running < at_once:
                name, start = waiting.pop(0)
                context = contextvars.copy_context()
                work = (name, start, events, left)
                threading.Thread(target=context.run, args=(_drain, *work), daemon=True, name=f"merge {name}").start()
                running += 1
            name, event = events.get()
            if event is None:
                running -= 1
            else:
                yield name, event
    finally:
        left.set()


def _drain(
    name: str, start: Callable[[], Iterator[Event]], events: "queue.SimpleQueue[_Item]", left: threading.Event
) -> None:
    stream = start()
    try:
        for event in stream:
            events.put((name, event))
            if left.is_set():
                break
    except PlaygroundError as error:
        events.put((name, Failed(error)))
    finally:
        # Closing tells the run's own thread that nobody listens any more.
        if hasattr(stream, "close"):
            stream.close()
        events.put((name, None))
