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
from backend.adapters.cluster.replica import Job
from backend.domain.errors import PlaygroundError
from backend.domain.events import Emit, Event, Generated, Progress, Queued, Waiting
from backend.threads.telling import Told

TICK_SECONDS = 0.5


class Gathering:
    """Asks the replicas for all images of a run and emits what they tell, each event with its image's index."""

    def __init__(self, replicas: Any, line: Line, jobs: Sequence[Job]) -> None:
        self._line = line
        self._told: queue.SimpleQueue[tuple[int, Told | None]] = queue.SimpleQueue()
        self._calls = [ImageCall(replicas, job, partial(self._put, index)) for index, job in enumerate(jobs)]
        self._place: int | None = None
        self._began = time.monotonic()

    def run(self, emit: Emit) -> None:
        """Return once all images are there; raise the first error, or what `emit` raises, and drop the others."""
        for call in self._calls:
            self._line.join(call)
            threading.Thread(target=call, daemon=True, name="image").start()
        try:
            self._relay(emit)
        finally:
            for call in self._calls:
                self._line.leave(call)
                call.leave()

    def _put(self, index: int, told: Told | None) -> None:
        self._told.put((index, told))

    def _relay(self, emit: Emit) -> None:
        open_calls = len(self._calls)
        while open_calls:
            try:
                index, told = self._told.get(timeout=TICK_SECONDS)
            except queue.Empty:
                emit(self._tick())
                continue
            self._line.leave(self._calls[index])
            if isinstance(told, PlaygroundError):
                raise told
            if told is None:
                open_calls -= 1
            else:
                emit(_at(told, index))

    def _tick(self) -> Event:
        """Return the run's place in the line where it has changed, else a sign of life."""
        places = [place for call in self._calls if (place := self._line.ahead(call)) is not None]
        place = min(places) if len(places) == len(self._calls) else None
        if place is None or place == self._place:
            return Waiting(time.monotonic() - self._began)
        self._place = place
        return Queued(place + 1)  # One of those that are being drawn has to end first.


def _at(event: Event, index: int) -> Event:
    return replace(event, index=index) if isinstance(event, Progress | Generated) else event
