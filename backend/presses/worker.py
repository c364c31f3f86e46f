"""Draws a visitor's queue, entry after entry, in a thread of its own; whatever ends that leaves the queue paused."""

import logging
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from sqlalchemy import Connection

from backend.domain.caller import Caller, Press
from backend.domain.errors import (
    InsufficientCredit,
    NotReady,
    OverBudget,
    PlaygroundError,
    ProviderBusy,
    ProviderUnreachable,
    StorageFull,
    TooManyRequests,
)
from backend.domain.events import Event, Failed
from backend.domain.records import Run
from backend.domain.requests import Request
from backend.generation.generate import generate
from backend.playground import Playground
from backend.presses.aside import lift_all, set_next_aside
from backend.presses.turn import over, request_of
from backend.prompts.wording import Wording
from backend.record.database.patience import patiently
from backend.record.presses.entries import QueueEntry
from backend.record.presses.store import NotTaken
from backend.threads.live_runs import LINGER_SECONDS

log = logging.getLogger(__name__)

BY_STOP = "You pressed Stop: nothing further is begun until you resume."
PAGE_CLOSED = "The page was closed: nothing further is begun until you resume."
NO_KEY = "What waits is to be paid by your own key for {labels}, which isn't here: paste it, then resume."
BROKE_DOWN = "The playground broke down on this queue; its log says why."
PART = "queue"
"""Of a page: its presses are the queue's."""
_PAUSE_SECONDS = 0.1
_FOR_ALL = (InsufficientCredit, ProviderBusy, ProviderUnreachable, StorageFull)
"""What would end the next entry just as this one."""


class Desk(Protocol):
    """Where a visitor's queue is looked after: who asks from open pages, and who is told how it stands."""

    def open_pages(self) -> list[Caller]:
        """Return who asks from each open page, with the keys that it has now."""

    def wording(self, caller: Caller) -> Wording:
        """Return the visitor's lists."""

    def at_hand(self, entry: QueueEntry) -> AbstractContextManager[None]:
        """Leave it to the worker to note how an entry's run ends, until the block does."""

    def close(self, entry: QueueEntry, *, again: bool) -> None:
        """Note how an entry's run has ended, at once or as soon as it has; `again` as `settle` has it."""

    def changed(self) -> None:
        """Hear that the queue stands otherwise now."""


class _Taken:
    """An entry from the moment on in which its run is on record."""

    def __init__(self, playground: Playground, waiting: QueueEntry) -> None:
        self.playground = playground
        self.waiting = self.entry = waiting

    def note(self, connection: Connection, run: Run) -> None:
        """Take it, in the transaction that opens the run, which may be tried more than once."""
        self.playground.queued.take(connection, run, self.waiting)
        self.entry = replace(self.waiting, state="running", begun=self.waiting.begun + 1, run_id=run.id)


class Worker:
    """One visitor's; it ends where nothing is left to draw, or the queue is paused."""

    def __init__(self, playground: Playground, visitor: str, desk: Desk, *, linger: float = LINGER_SECONDS) -> None:
        self.playground = playground
        self.visitor = visitor
        self.desk = desk
        self.linger = linger
        self._seen = time.monotonic()

    def draw(self) -> None:
        """Draw until there is nothing more to be done for now."""
        try:
            here = self.desk.open_pages()
            if not here:
                self._pause(PAGE_CLOSED)
                return
            with self.playground.live.press(here[0], part=PART) as acting:
                while self._turn(acting):
                    pass
        except Exception:  # The thread's rim: whoever waits has to hear that nothing goes on.
            log.exception("A queue broke down")
            self._pause(BROKE_DOWN)
        finally:
            self.desk.changed()

    def _turn(self, acting: Caller) -> bool:
        """Draw one run, or wait for a moment; return whether there may be more to do."""
        press = _press(acting)
        watched = self._is_watched()
        if press.stopped or not watched:
            self._pause(BY_STOP if watched else PAGE_CLOSED)
            return False
        queue = self.playground.queued.look(self.visitor)
        if queue.paused or queue.elsewhere or not queue.waiting:
            return False
        here = self.desk.open_pages()
        if not here or self.playground.live.others_begin(press):  # A page that is reloaded is there again in a moment.
            time.sleep(_PAUSE_SECONDS)
            return True
        for entry in queue.waiting:
            if caller := _who_pays(entry, here):
                with self.desk.at_hand(entry):
                    self._draw(entry, replace(caller, room=entry.room, press=press))
                self.desk.changed()
                return True
        self._pause(NO_KEY.format(labels=", ".join(sorted({self._label(entry) for entry in queue.waiting}))))
        return False

    def _draw(self, entry: QueueEntry, caller: Caller) -> None:
        taken = _Taken(self.playground, entry)
        try:
            request = request_of(self.playground, caller, entry, self.desk.wording(caller))
            if ended := over(self.playground, caller, entry, request):
                self.playground.queued.say(entry, "done", ended)
                return
            last = self._followed(request, taken, caller)
            self._close(taken.entry, last)
        except (NotTaken, TooManyRequests):  # It stands otherwise by now; or it goes on waiting for its turn.
            return
        except (OverBudget, StorageFull) as error:
            self._pause(str(error))
        except NotReady as error:
            if not entry.own_key:  # Else its key has gone, and it waits for that.
                self._refuse(entry, error)
        except PlaygroundError as error:
            self._refuse(entry, error)

    def _followed(self, request: Request, taken: _Taken, caller: Caller) -> Event | None:
        """Run it, and return the last that was heard of it."""
        entry, last = taken.entry, None
        more: dict[str, Any] = {"patient": True, "noting": taken.note, "in_place_of": entry.id}
        for event in generate(self.playground, caller, entry.backend, request, **more):
            if last is None and taken.entry.run_id:
                self._set_next_aside(caller)
                self.desk.changed()
            last = event
            if not self._is_watched():
                _press(caller).stop()
        return last

    def _set_next_aside(self, caller: Caller) -> None:
        try:
            set_next_aside(self.playground, caller, self.desk.wording(caller))
        except PlaygroundError as error:  # The run that goes on must not end over it; the next one is checked anyway.
            log.warning("Nothing was set aside for the next entry of a queue: %s", error)

    def _close(self, entry: QueueEntry, last: Event | None) -> None:
        """Note what became of a run; an order that was stopped goes on to its end, for which nobody waits here."""
        if entry.run_id is None:  # It was stopped before it began.
            return
        again = not self._is_watched()
        if isinstance(last, Failed) and isinstance(last.error, _FOR_ALL):
            again = True
            self._pause(str(last.error))
        self.desk.close(entry, again=again)

    def _is_watched(self) -> bool:
        """Whether a page of the visitor's is open, or was a moment ago: a reload takes that long."""
        now = time.monotonic()
        if self.desk.open_pages():
            self._seen = now
        return now - self._seen <= self.linger

    def _label(self, entry: QueueEntry) -> str:
        known = self.playground.backends.get(entry.backend)
        return known.label if known else entry.backend

    def _refuse(self, entry: QueueEntry, error: PlaygroundError) -> None:
        self.playground.queued.say(entry, "refused", str(error))

    def _pause(self, said: str) -> None:
        if patiently(partial(self.playground.queued.give_up, self.visitor, said)):
            patiently(partial(lift_all, self.playground, self.visitor))


def _press(caller: Caller) -> Press:
    assert caller.press is not None
    return caller.press


def _who_pays(entry: QueueEntry, here: Sequence[Caller]) -> Caller | None:
    """Return who asks for an entry's run; None where its own key is on no open page."""
    return next((each for each in here if not entry.own_key or entry.backend in each.keys), None)
