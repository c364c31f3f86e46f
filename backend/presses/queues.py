"""The queues of all visitors: what a page asks of its own."""

import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from backend.domain.caller import Caller
from backend.domain.errors import NotFound
from backend.generation.prepared import Asked, Prepared
from backend.playground import Playground
from backend.presses.adding import entry_of, entry_to_run
from backend.presses.again import entry_again
from backend.presses.aside import lift_all, set_next_aside
from backend.presses.desk import VisitorDesk, Words
from backend.record.presses.batches import MOST_NAME, Batch
from backend.record.presses.entries import BatchPlace, PressesQueue, QueueEntry, Until
from backend.threads.live_runs import LINGER_SECONDS

MOST_DESKS = 5000
"""Visitors that are looked after at once; of more, those with nothing to lose are forgotten."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A visitor's queue, whether it is drawn here now, and a number that is another one after each change here."""

    queue: PressesQueue
    drawing: bool
    version: int


class Queues:
    """Answers each page for its own visitor alone; `words` returns the lists that a visitor's prompts may use."""

    def __init__(self, playground: Playground, words: Words, *, linger: float = LINGER_SECONDS) -> None:
        self.playground = playground
        self.words = words
        self.linger = linger
        self._lock = threading.Lock()
        self._desks: dict[str, VisitorDesk] = {}

    def look(self, caller: Caller) -> Standing:
        """Return how the visitor's queue stands."""
        desk = self._desk(caller)
        return Standing(desk.look(), desk.drawing, desk.version)

    def version(self, caller: Caller) -> int:
        """Return a number that is another one after each change of the visitor's queue here."""
        return self._desk(caller).version

    def add(self, caller: Caller, asked: Asked, until: Until | None = None) -> QueueEntry:
        """Put a press at the end of the visitor's queue, which begins with it where nothing waited.

        Raises a `PlaygroundError` as a press does, and `NotAllowed` where the queue is full.
        """
        desk = self._desk(caller)
        entry = self.playground.queued.add(entry_of(self.playground, caller, asked, until))
        self._arrange(desk, caller)
        return entry

    def add_batch(self, caller: Caller, name: str, presses: Sequence[tuple[str, Prepared]]) -> Batch:
        """Put presses at the end as a batch, each with what it is called: all of them, or none where there is no room.

        Raises `NotAllowed` where there is none, and as `add` does.
        """
        desk = self._desk(caller)
        batch = Batch(uuid.uuid4().hex, caller.visitor, name[:MOST_NAME], len(presses), datetime.now(UTC))
        entries = [
            entry_to_run(self.playground, caller, prepared, BatchPlace(batch.id, number, label[:MOST_NAME]))
            for number, (label, prepared) in enumerate(presses, 1)
        ]
        self.playground.queued.add_all(entries, batch)
        self._arrange(desk, caller)
        return batch

    def try_again(self, caller: Caller, entry_id: str) -> None:
        """Let an entry that ended badly wait at the end, priced anew; raises as `add`, and `NotFound` for no such."""
        desk = self._desk(caller)
        ended = next((each for each in desk.look().entries if each.id == entry_id), None)
        if ended is None:
            raise NotFound("This entry isn't in your queue any more.")
        self.playground.queued.again(entry_again(self.playground, caller, ended))
        self._arrange(desk, caller)

    def move(self, caller: Caller, entry_id: str, *, up: bool) -> None:
        """Move an entry by one place; raise `NotFound` where it doesn't wait in the visitor's queue."""
        self._change(caller, lambda: self.playground.queued.move(caller.visitor, entry_id, up=up))

    def remove(self, caller: Caller, entry_id: str) -> None:
        """Take an entry out; raise `NotFound` where it isn't in the visitor's queue, or is being drawn."""
        self._change(caller, lambda: self.playground.queued.drop(caller.visitor, entry_id))

    def empty(self, caller: Caller) -> int:
        """Take all entries out but the one that is being drawn, and return how many."""
        return self._change(caller, lambda: self.playground.queued.drop(caller.visitor))

    def undo(self, caller: Caller) -> int:
        """Put back what was taken out last; raise `NotAllowed` where there is no room for it any more."""
        return self._change(caller, lambda: self.playground.queued.undrop(caller.visitor))

    def pause(self, caller: Caller) -> None:
        """Begin nothing further; what is being drawn goes on to its end."""
        desk = self._desk(caller)
        self.playground.queued.pause(caller.visitor)
        lift_all(self.playground, caller.visitor)
        desk.changed()

    def resume(self, caller: Caller) -> None:
        """Draw what waits."""
        desk = self._desk(caller)
        desk.look()
        self.playground.queued.resume(caller.visitor)
        self._arrange(desk, caller)

    def _change(self, caller: Caller, change: Callable[[], int | None]) -> int:
        desk = self._desk(caller)
        done = change()
        self._arrange(desk, caller)
        return done or 0

    def _arrange(self, desk: VisitorDesk, caller: Caller) -> None:
        """Let what waits be drawn, unless it is paused, with the money for what comes next set aside."""
        desk.changed()
        queue = self.playground.queued.look(caller.visitor)
        if queue.waiting and not queue.paused and not queue.elsewhere:
            desk.start()
        if desk.drawing or queue.elsewhere:
            set_next_aside(self.playground, caller, self.words(caller))
        else:
            lift_all(self.playground, caller.visitor)

    def _desk(self, caller: Caller) -> VisitorDesk:
        with self._lock:
            desk = self._desks.get(caller.visitor)
            if desk is None:
                self._forget_idle()
                desk = VisitorDesk(self.playground, caller.visitor, self.words, linger=self.linger)
                self._desks[caller.visitor] = desk
        desk.seen(caller)
        return desk

    def _forget_idle(self) -> None:
        if len(self._desks) >= MOST_DESKS:
            self._desks = {visitor: desk for visitor, desk in self._desks.items() if not desk.idle}
