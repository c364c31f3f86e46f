"""The queues of presses in the record: taken in the transaction that opens the run, so that nothing is drawn twice."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from backend.domain.errors import NotAllowed, NotFound
from backend.domain.records import Run
from backend.domain.requests import Request, parse_request
from backend.record.database.engine import exclusively
from backend.record.database.processes import lives, number_of
from backend.record.database.queue_tables import queue_entries as table
from backend.record.database.queue_tables import queue_inputs, queues
from backend.record.presses import batches
from backend.record.presses.batches import Batch
from backend.record.presses.entries import (
    ENDED_BADLY,
    TO_BE_DRAWN,
    BatchPlace,
    EntryState,
    PressesQueue,
    QueueEntry,
    Until,
)

MOST_ENTRIES = 50
"""Of one visitor, that are still to be drawn."""
MOST_ENDED = 50
"""Of one visitor, that have ended and say how; the oldest go first."""
FULL = f"Your queue has {MOST_ENTRIES} entries, which is the most: take one out, or wait until one is drawn."
NO_ROOM = (
    f"A queue has at most {MOST_ENTRIES} entries, and yours has room for {{room}} of these {{wanted}}: take some out, "
    "or add fewer now and the rest once those are drawn."
)
RESTARTED = "The playground was started anew since: resume when you are ready."

_COLUMNS = ("id", "visitor", "position", "state", "backend", "room", "own_key", "estimate_usd", "free", "begun")
_MORE = ("images", "spent_usd", "run_id", "set_aside", "said", "created")
_AS_THEY_ARE = (*_COLUMNS, *_MORE)
_PLACE = ("batch_id", "batch_number", "batch_label")


class NotTaken(Exception):
    """The entry was taken out, moved on or paused at this very moment: nothing was opened for it."""


class QueueStore:
    """Each visitor's entries, and whether they are drawn; every change is one transaction that no other outruns."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def look(self, visitor: str) -> PressesQueue:
        """Return a visitor's queue; one whose process is gone is paused."""
        with self.engine.connect() as connection:
            return self.looked_at(connection, visitor)

    def looked_at(self, connection: Connection, visitor: str) -> PressesQueue:
        """Return a visitor's queue as a transaction sees it."""
        mine = select(table).where(table.c.visitor == visitor).order_by(table.c.position, table.c.id)
        rows = connection.execute(mine).all()
        entries = tuple(_entry(row) for row in rows if row.dropped is None)
        queue = connection.execute(select(queues).where(queues.c.visitor == visitor)).first()
        found = PressesQueue(entries, dropped=len(rows) - len(entries))
        if queue is None or queue.paused:
            return replace(found, paused=queue is not None, said=queue.said if queue else None)
        if queue.process == number_of(self.engine):
            return found
        if lives(self.engine, connection, queue.process):
            return replace(found, elsewhere=bool(found.to_come))
        return replace(found, paused=True, said=RESTARTED)

    def add(self, entry: QueueEntry) -> QueueEntry:
        """Put an entry at the end, and return it as it stands there; a queue in which nothing waits goes on with it.

        Raises `NotAllowed` where the queue is full.
        """
        return self.add_all([entry])[0]

    def add_all(self, entries: Sequence[QueueEntry], batch: Batch | None = None) -> list[QueueEntry]:
        """Put a visitor's entries at the end in their order, all of a batch or none; raises as `add` does."""
        visitor = entries[0].visitor
        with exclusively(self.engine) as connection:
            before, last = self.looked_at(connection, visitor), self._last(connection, visitor)
            _check_room(before, len(entries))
            placed = [replace(entry, position=last + number) for number, entry in enumerate(entries, 1)]
            if batch:
                batches.add(connection, batch)
            connection.execute(insert(table), [_row(entry) for entry in placed])
            needed = [{"entry_id": entry.id, "sha256": sha256} for entry in placed for sha256 in entry.inputs]
            if needed:
                connection.execute(insert(queue_inputs), needed)
            self._go_on(connection, visitor, before)
            self._forget_ended(connection, before)
        return placed

    def again(self, entry: QueueEntry) -> None:
        """Let an entry that ended badly wait at the end with what `entry` is to run; raises as `add`, and `NotFound`.

        Nothing is done twice where two tabs ask for it.
        """
        row = {name: _row(entry)[name] for name in ("requests", "estimate_usd", "free", "own_key")}
        with exclusively(self.engine) as connection:
            before, last = self.looked_at(connection, entry.visitor), self._last(connection, entry.visitor)
            _check_room(before, 1)
            ended = (table.c.id == entry.id, table.c.state.in_(ENDED_BADLY), table.c.dropped.is_(None))
            now = {**row, "state": "waiting", "position": last + 1, "begun": 0, "run_id": None, "said": None}
            if not connection.execute(update(table).where(*ended).values(**now)).rowcount:
                raise NotFound("This entry waits already, or was taken out.")
            self._go_on(connection, entry.visitor, before)

    def pause(self, visitor: str, said: str | None = None) -> None:
        """Let nothing further be taken; `said` is why, where the visitor hasn't asked for it."""
        with exclusively(self.engine) as connection:
            self._set(connection, visitor, paused=True, said=said)

    def give_up(self, visitor: str, said: str) -> bool:
        """Pause it from where it was drawn, and return True; leave it alone where another process draws it by now."""
        with exclusively(self.engine) as connection:
            if self.looked_at(connection, visitor).elsewhere:
                return False
            self._set(connection, visitor, paused=True, said=said)
        return True

    def resume(self, visitor: str) -> None:
        """Let this process draw a visitor's queue, unless another one that lives does."""
        with exclusively(self.engine) as connection:
            if not self.looked_at(connection, visitor).elsewhere:
                self._set(connection, visitor, paused=False)

    def move(self, visitor: str, entry_id: str, *, up: bool) -> None:
        """Let an entry change places with the waiting one before it, or behind it; raise `NotFound` for none of hers.

        What a run goes on for stays where it is.
        """
        with exclusively(self.engine) as connection:
            waiting = self.looked_at(connection, visitor).waiting
            at = next((at for at, entry in enumerate(waiting) if entry.id == entry_id), None)
            if at is None:
                raise _not_waiting()
            other = at - 1 if up else at + 1
            if 0 <= other < len(waiting):
                for entry, position in ((waiting[at], waiting[other]), (waiting[other], waiting[at])):
                    connection.execute(_this(entry.id).values(position=position.position))

    def drop(self, visitor: str, entry_id: str | None = None) -> int:
        """Take out one entry, or all that no run goes on for, and return how many; the last drop can be undone.

        Raises `NotFound` where the one isn't there, or is being drawn.
        """
        with exclusively(self.engine) as connection:
            here = [entry for entry in self.looked_at(connection, visitor).entries if entry.state != "running"]
            gone = [entry.id for entry in here if entry_id in (None, entry.id)]
            if entry_id is not None and not gone:
                raise _not_waiting()
            if gone:
                mine = table.c.visitor == visitor
                connection.execute(delete(table).where(mine, table.c.dropped.is_not(None)))
                now = datetime.now(UTC)
                connection.execute(update(table).where(mine, table.c.id.in_(gone)).values(dropped=now))
        return len(gone)

    def undrop(self, visitor: str) -> int:
        """Put what was taken out last back in its place, and return how many; raise `NotAllowed` where it is full.

        Where nobody draws the queue, and it isn't paused, this process does.
        """
        with exclusively(self.engine) as connection:
            before = self.looked_at(connection, visitor)
            dropped = (table.c.visitor == visitor, table.c.dropped.is_not(None))
            back = connection.scalar(select(func.count()).select_from(table).where(*dropped, _TO_COME)) or 0
            if back + len(before.to_come) > MOST_ENTRIES:
                raise NotAllowed(FULL)
            if back and not before.paused and not before.elsewhere:
                self._set(connection, visitor, paused=False)
            return connection.execute(update(table).where(*dropped).values(dropped=None)).rowcount

    def take(self, connection: Connection, run: Run, entry: QueueEntry) -> None:
        """Note, in the transaction that opens a run, that it is this entry's; raise `NotTaken` where it may not be."""
        now = self.looked_at(connection, entry.visitor)
        if now.paused or now.elsewhere:
            raise NotTaken
        same = (table.c.id == entry.id, table.c.state == "waiting", table.c.begun == entry.begun)
        values = {"state": "running", "begun": entry.begun + 1, "run_id": run.id, "set_aside": False, "said": None}
        taken = connection.execute(update(table).where(*same, table.c.dropped.is_(None)).values(**values))
        if not taken.rowcount:
            raise NotTaken
        if entry.place:
            batches.note_run(connection, entry.place, run.id)

    def close(self, connection: Connection, before: QueueEntry, after: QueueEntry) -> bool:
        """Note what became of an entry whose run has ended; nothing where somebody has noted it already.

        One that is done, and has nothing to say, is gone.
        """
        same = (table.c.id == before.id, table.c.state == "running", table.c.run_id == before.run_id)
        if after.state == "done" and after.said is None:
            return bool(connection.execute(delete(table).where(*same)).rowcount)
        values = {name: getattr(after, name) for name in ("state", "begun", "images", "spent_usd", "run_id", "said")}
        return bool(connection.execute(update(table).where(*same).values(**values)).rowcount)

    def say(self, entry: QueueEntry, state: EntryState, said: str | None) -> None:
        """Note how an entry stands that wasn't taken."""
        same = (table.c.id == entry.id, table.c.state == "waiting")
        with exclusively(self.engine) as connection:
            connection.execute(update(table).where(*same).values(state=state, said=said))

    def mark_aside(self, connection: Connection, ids: Sequence[str], *, aside: bool) -> None:
        """Note for which entries money lies ready."""
        if ids:
            connection.execute(update(table).where(table.c.id.in_(ids)).values(set_aside=aside))

    def aside(self, connection: Connection, visitor: str) -> list[str]:
        """Return the visitor's entries for which money lies ready, also of those that were taken out."""
        mine = (table.c.visitor == visitor, table.c.set_aside)
        return list(connection.scalars(select(table.c.id).where(*mine)))

    def left_aside(self, connection: Connection) -> list[str]:
        """Return the entries for which money lies ready that nobody will draw: their process is gone."""
        found = select(table.c.id, queues.c.process, queues.c.paused)
        rows = connection.execute(
            found.join(queues, queues.c.visitor == table.c.visitor, isouter=True).where(table.c.set_aside)
        ).all()
        mine = number_of(self.engine)
        others = {row.process for row in rows if row.process != mine}
        living = {mine, *(number for number in others if lives(self.engine, connection, number))}
        return [row.id for row in rows if row.process not in living]

    def _last(self, connection: Connection, visitor: str) -> int:
        return connection.scalar(select(func.max(table.c.position)).where(table.c.visitor == visitor)) or 0

    def _go_on(self, connection: Connection, visitor: str, before: PressesQueue) -> None:
        if not before.waiting and not before.elsewhere:
            self._set(connection, visitor, paused=False)

    def _set(self, connection: Connection, visitor: str, *, paused: bool, said: str | None = None) -> None:
        values = {"paused": paused, "said": said, "process": None if paused else number_of(self.engine)}
        if not connection.execute(update(queues).where(queues.c.visitor == visitor).values(**values)).rowcount:
            connection.execute(insert(queues), {"visitor": visitor, **values})

    def _forget_ended(self, connection: Connection, queue: PressesQueue) -> None:
        ended = [entry.id for entry in queue.entries if entry.state not in TO_BE_DRAWN]
        if old := ended[:-MOST_ENDED]:
            connection.execute(delete(table).where(table.c.id.in_(old)))


_TO_COME = table.c.state.in_(TO_BE_DRAWN)


def room_refusal(queue: PressesQueue, wanted: int) -> str | None:
    """Return why a queue has no room for so many entries more, and the way out; None where it has."""
    room = MOST_ENTRIES - len(queue.to_come)
    if wanted <= room:
        return None
    return FULL if wanted == 1 else NO_ROOM.format(room=max(room, 0), wanted=wanted)


def _check_room(queue: PressesQueue, wanted: int) -> None:
    if refusal := room_refusal(queue, wanted):
        raise NotAllowed(refusal)


def _this(entry_id: str) -> Any:
    return update(table).where(table.c.id == entry_id)


def _not_waiting() -> NotFound:
    return NotFound("This entry doesn't wait in your queue any more: it is being drawn, was drawn, or was taken out.")


def _row(entry: QueueEntry) -> dict[str, Any]:
    values = {name: getattr(entry, name) for name in _AS_THEY_ARE}
    values["requests"] = json.dumps([request.model_dump(mode="json") for request in entry.requests])
    until = entry.until
    ends = {"most_images": until.images if until else None, "most_usd": until.usd if until else None}
    place = entry.place
    where = (place.batch, place.number, place.label) if place else (None, None, None)
    return {**values, **ends, **dict(zip(_PLACE, where, strict=True))}


def _entry(row: Row[Any]) -> QueueEntry:
    values = {name: getattr(row, name) for name in _AS_THEY_ARE}
    requests = _requests(row.requests)
    until = None if row.most_images is None else Until(row.most_images, row.most_usd)
    place = BatchPlace(row.batch_id, row.batch_number, row.batch_label) if row.batch_id else None
    return QueueEntry(requests=requests, until=until, place=place, **values)


@lru_cache(maxsize=1024)
def _requests(text: str) -> tuple[Request, ...]:
    """Return the requests of an entry, which is looked at again and again while it waits."""
    return tuple(parse_request(each) for each in json.loads(text))
