"""The images of one run, made at the same time, told as one run."""

import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from backend.adapters.cluster.call import ImageCall
from backend.adapters.cluster.line import Line
from backend.adapters.cluster.replica import Task
from backend.domain.errors import PlaygroundError
from backend.domain.events import Generated, Listener, News, Progress, Queued, Waiting, hand_on
from backend.threads.stream import TICK_SECONDS
from backend.threads.telling import Told


class Gathering:
    """Asks the replicas for all images of a run and hands on what they tell, each with its image's index."""

    def __init__(self, replicas: Any, line: Line, tasks: Sequence[Task]) -> None:
        self._line = line
        self._told: queue.SimpleQueue[tuple[int, Told | None]] = queue.SimpleQueue()
        self._calls = [ImageCall(replicas, task, partial(self._put, index)) for index, task in enumerate(tasks)]
        self._place: int | None = None
        self._began = time.monotonic()

    def run(self, listener: Listener) -> None:
        """Return once all images are there; raise the first error, or what `listener` raises, and drop the others."""
        for call in self._calls:
            self._line.join(call)
            threading.Thread(target=call, daemon=True, name="image").start()
        try:
            self._relay(listener)
        finally:
            for call in self._calls:
                self._line.leave(call)
                call.leave()

    def _put(self, index: int, told: Told | None) -> None:
        self._told.put((index, told))

    def _relay(self, listener: Listener) -> None:
        open_calls = len(self._calls)
        while open_calls:
            try:
                index, told = self._told.get(timeout=TICK_SECONDS)
            except queue.Empty:
                listener.tell(self._tick())
                continue
            self._line.leave(self._calls[index])
            if isinstance(told, PlaygroundError):
                raise told
            if told is None:
                open_calls -= 1
            else:
                hand_on(_at(told, index), listener)

    def _tick(self) -> News:
        """Return the run's place in the line where it has changed, else a sign of life."""
        places = [place for call in self._calls if (place := self._line.ahead(call)) is not None]
        place = min(places) if len(places) == len(self._calls) else None
        if place is None or place == self._place:
            return Waiting(time.monotonic() - self._began)
        self._place = place
        return Queued(place + 1)  # One of those that are being drawn has to end first.


def _at(told: News | Generated, index: int) -> News | Generated:
    return replace(told, index=index) if isinstance(told, Progress | Generated) else told
