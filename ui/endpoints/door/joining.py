"""An order that was given before, followed to its end: here, in another process, or on record alone."""

import threading
import time
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from backend.domain.errors import PlaygroundError, TooManyRequests
from backend.domain.events import Event, Failed, Waiting
from backend.domain.records import Run
from backend.playground import Playground
from backend.record.orders import Claim
from backend.threads.stream import TICK_SECONDS
from ui.endpoints.door.order import Order
from ui.endpoints.script_runs import Progressing

MOST_JOINED = 32
"""So many retries of one caller wait at once, each in a thread: a quarter of those that a path has."""
JOIN_SECONDS = 5.0
"""When a retry that finds no place is to come back."""
NEVER_BEGAN = "{left} of the {parts} runs of this request never began, and cost nothing: ask for them anew."
LOST = "This run ended without an image."
"""Where the record has no sentence of its own."""


@dataclass(slots=True)
class Joining:
    """Follows orders; `leading` are those that this process carries out, of which more runs may come."""

    playground: Playground
    leading: set[str] = field(default_factory=set)
    _waiting: Counter[str | None] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def steps(self, order: Order, order_id: str) -> Generator[Progressing, None, bool]:
        """Yield what an earlier order comes to, `over` with the last word.

        Return whether it came to anything, be it a bill; else it may be carried out anew. Raises the `PlaygroundError`
        that it failed with, and `TooManyRequests` where too many retries of its caller wait already.
        """
        with self.place(order.claim):
            return (yield from self._followed_all(order, order_id))

    @contextmanager
    def place(self, claim: Claim) -> Iterator[None]:
        """Hold one of the places that a caller's retries have; who was given a lost answer alone needs none.

        Raises `TooManyRequests` where all are taken.
        """
        if not (claim.mark or claim.retry):
            yield
            return
        with self._lock:
            if self._waiting[claim.caller] >= MOST_JOINED:
                raise TooManyRequests("retries", wait_seconds=JOIN_SECONDS)
            self._waiting[claim.caller] += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= Counter([claim.caller])  # Who has none left is forgotten.

    def _followed_all(self, order: Order, order_id: str) -> Generator[Progressing, None, bool]:
        now = Progressing()
        for run_id in self._runs_of(order, order_id):
            for event in self._followed(run_id):
                now.event = event
                yield now
            run = self.playground.store.run(run_id)
            now.runs.append(run)
            now.images += run.images
        begun, parts = len(now.runs), self.playground.orders.runs(order_id)[1]
        if begun < parts:
            message = NEVER_BEGAN.format(left=parts - begun, parts=parts)
            now.refusal = PlaygroundError(message)
        if not any(_came_to_something(run) for run in now.runs):
            return False
        if not now.images:
            raise _why(now)
        now.over = True
        yield now
        return True

    def _runs_of(self, order: Order, order_id: str) -> Iterator[str]:
        """Yield the runs of an order, those too that it still becomes."""
        told = 0
        while True:
            leading = order_id in self.leading or self.playground.orders.is_elsewhere(order_id)
            run_ids, parts = self.playground.orders.runs(order_id)
            for part, run_id in enumerate(run_ids[told:], told):
                order.opened[part] = run_id
                yield run_id
            told = max(told, len(run_ids))
            if told >= parts or not leading or order.left.is_set():
                return
            time.sleep(TICK_SECONDS / 10)

    def _followed(self, run_id: str) -> Iterator[Event]:
        """Yield what happens in a run until its end is on record, whoever carries it."""
        began, live = time.monotonic(), self.playground.live.found(run_id)
        if live is not None:
            yield from live.watch(None)
        while self.playground.store.run(run_id).status == "running":
            yield Waiting(time.monotonic() - began)
            time.sleep(TICK_SECONDS / 5)


def _came_to_something(run: Run) -> bool:
    if run.billed in ("yes", "unknown"):
        return True
    return bool(run.images) and (run.status in ("finished", "partial") or run.cost_kind != "free")


def _why(now: Progressing) -> PlaygroundError:
    if isinstance(now.event, Failed):
        return now.event.error
    run = now.runs[-1]
    return PlaygroundError(run.error or LOST, billed=run.billed or "unknown")
