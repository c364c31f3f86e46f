"""Several runs as one stream of events."""

import contextvars
import queue
import threading
from collections.abc import Callable, Iterator, Mapping

from backend.domain.errors import PlaygroundError
from backend.domain.events import Event, Failed, Waiting
from backend.threads.stream import TICK_SECONDS

Starts = Mapping[str, Callable[[], Iterator[Event]]]
"""Streams by name, each begun by a call."""
_Item = tuple[str, Event | None]


def merge(starts: Starts, *, at_once: int) -> Iterator[tuple[str, Event]]:
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
                _begin(*waiting.pop(0), events, left)
                running += 1
            name, event = events.get()
            if event is None:
                running -= 1
            else:
                yield name, event
    finally:
        left.set()


def join(further: Callable[[], Starts | None], *, tick: float = TICK_SECONDS) -> Iterator[tuple[str, Event]]:
    """Yield the events of all streams that `further` names as it is asked again, each begun once, until it says None.

    A `Waiting` of no stream comes whenever nothing else did for `tick` seconds. Closing this closes those that run.
    """
    events: queue.SimpleQueue[_Item] = queue.SimpleQueue()
    left = threading.Event()
    begun: set[str] = set()
    running = 0
    try:
        while (starts := further()) is not None or running:
            for name, start in (starts or {}).items():
                if name not in begun:
                    begun.add(name)
                    _begin(name, start, events, left)
                    running += 1
            try:
                name, event = events.get(timeout=tick)
            except queue.Empty:
                name, event = "", Waiting(0)
            if event is None:
                running -= 1
            else:
                yield name, event
    finally:
        left.set()


def _begin(
    name: str, start: Callable[[], Iterator[Event]], events: "queue.SimpleQueue[_Item]", left: threading.Event
) -> None:
    work = (name, start, events, left)
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(_drain, *work), daemon=True, name=f"merge {name}").start()


def _drain(
    name: str, start: Callable[[], Iterator[Event]], events: "queue.SimpleQueue[_Item]", left: threading.Event
) -> None:
    if left.is_set():  # Between the thread and its work somebody left: nothing is begun for nobody.
        return
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
