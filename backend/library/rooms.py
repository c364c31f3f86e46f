"""Rooms: a board that everybody who has its link shares, with a host who can lock or close it; no accounts."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, tuple_, update

from backend.domain.errors import InvalidRequest, NotAllowed, NotFound, Problem
from backend.domain.records import Run
from backend.record.database.engine import exclusively, writing
from backend.record.database.tables import members, rooms, runs
from backend.record.store import Store

MOST_MEMBERS = 100
MOST_ROOMS_A_HOST = 10
MOST_NAME = 40
HERE_SECONDS = 45.0
"""How long after the last sign of life somebody counts as here; the page gives one every 15 s."""

_GONE = "There is no such room, or it was closed: ask for a new link, or open a room of your own."


@dataclass(frozen=True, slots=True)
class Room:
    """A room; its id is its secret and stands in its link (`?room=…`)."""

    id: str
    name: str
    host: str
    locked: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a room, under the name they gave."""

    visitor: str
    name: str
    host: bool


@dataclass(frozen=True, slots=True)
class Landed:
    """A run on the board, and who made it; the provider's ids, of which one could collect it, are left out."""

    run: Run
    name: str
    yours: bool


class Rooms:
    """Rooms and who is in them; every call says who asks, and nobody sees a board without having joined."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.engine = store.engine

    def open(self, visitor: str, *, room_name: str, name: str) -> Room:
        """Open a room with the visitor as its host and first member; raise `NotAllowed` where too many are open."""
        room = Room(secrets.token_urlsafe(16), _name(room_name, "room_name"), visitor, locked=False, closed=False)
        now = datetime.now(UTC)
        with exclusively(self.engine) as connection:
            open_ones = select(func.count()).where(rooms.c.host == visitor, rooms.c.closed.is_(None))
            if connection.execute(open_ones).scalar_one() >= MOST_ROOMS_A_HOST:
                raise NotAllowed(f"You have {MOST_ROOMS_A_HOST} open rooms, which is the most: close one first.")
            values = {"id": room.id, "name": room.name, "host": visitor, "created": now, "locked": False}
            connection.execute(insert(rooms).values(**values))
            _add(connection, room.id, visitor, name=_name(name, "name"), now=now)
        return room

    def join(self, room_id: str, visitor: str, *, name: str) -> Room:
        """Come in, or come back under another name; raise `NotAllowed` where it is locked or full."""
        given, now = _name(name, "name"), datetime.now(UTC)
        with exclusively(self.engine) as connection:
            room = self._open_room(connection, room_id)
            here = (members.c.room == room_id, members.c.visitor == visitor)
            known = connection.execute(update(members).where(*here).values(name=given, seen=now))
            if known.rowcount:
                return room
            if room.locked:
                raise NotAllowed("This room is locked: ask its host to open it.")
            count = connection.execute(select(func.count()).where(members.c.room == room_id)).scalar_one()
            if count >= MOST_MEMBERS:
                raise NotAllowed(f"This room is full: {MOST_MEMBERS} have joined, which is the most.")
            _add(connection, room_id, visitor, name=given, now=now)
        return room

    def visit(self, room_id: str, visitor: str) -> Room:
        """Return a room that the visitor has joined, and note that they are here; raise `NotFound` otherwise."""
        with writing(self.engine) as connection:
            room = self._joined(connection, room_id, visitor)
            mine = (members.c.room == room_id, members.c.visitor == visitor)
            connection.execute(update(members).where(*mine).values(seen=datetime.now(UTC)))
        return room

    def check_may_run(self, room_id: str, visitor: str) -> None:
        """Raise `NotFound` unless the visitor has joined and the room is still open."""
        with self.engine.connect() as connection:
            if self._joined(connection, room_id, visitor).closed:
                raise NotFound(_GONE)

    def admits(self, room_id: str, visitor: str) -> bool:
        """Whether the visitor has joined the room and it is still open, so that their runs belong on its board."""
        try:
            self.check_may_run(room_id, visitor)
        except NotFound:
            return False
        return True

    def run(self, room_id: str, visitor: str, run_id: str) -> Run:
        """Return a run of the room, for a remix; raise `NotFound` for one that isn't on its board."""
        with self.engine.connect() as connection:
            self._joined(connection, room_id, visitor)
        mine = (runs.c.id == run_id, runs.c.room == room_id, runs.c.deleted.is_(None))
        found = self.store.read(select(runs).where(*mine))
        if not found:
            raise NotFound("This run isn't on the board any more.")
        return replace(found[0], provider_ids={})

    def here(self, room_id: str, visitor: str) -> tuple[Member, ...]:
        """Return who is in the room now, in the order in which they came."""
        since = datetime.now(UTC) - timedelta(seconds=HERE_SECONDS)
        with self.engine.connect() as connection:
            room = self._joined(connection, room_id, visitor)
            query = select(members).where(members.c.room == room_id, members.c.seen > since)
            rows = connection.execute(query.order_by(members.c.joined, members.c.visitor)).all()
        return tuple(Member(row.visitor, row.name, host=row.visitor == room.host) for row in rows)

    def board(self, room_id: str, visitor: str, *, limit: int = 24, before: Run | None = None) -> tuple[Landed, ...]:
        """Return everybody's runs in the room, newest first, those still running too; `before` continues a page."""
        with self.engine.connect() as connection:
            self._joined(connection, room_id, visitor)
            named = select(members.c.visitor, members.c.name).where(members.c.room == room_id)
            names = {row.visitor: row.name for row in connection.execute(named)}
        query = select(runs).where(runs.c.room == room_id, runs.c.deleted.is_(None))
        if before is not None:
            query = query.where(tuple_(runs.c.created, runs.c.id) < (before.created, before.id))
        found = self.store.read(query.order_by(runs.c.created.desc(), runs.c.id.desc()).limit(limit))
        return tuple(_landed(found, names, visitor))

    def lock(self, room_id: str, visitor: str, *, locked: bool) -> Room:
        """Let nobody new in, or again; raise `NotAllowed` to all but the host."""
        return self._as_host(room_id, visitor, locked=locked)

    def close(self, room_id: str, visitor: str) -> Room:
        """Close the room for good: its members still see the board, nobody runs in it; the host alone may."""
        return self._as_host(room_id, visitor, closed=datetime.now(UTC))

    def _as_host(self, room_id: str, visitor: str, **values: Any) -> Room:
        with writing(self.engine) as connection:
            room = self._joined(connection, room_id, visitor)
            if room.host != visitor:
                raise NotAllowed("Only the one who opened this room can lock or close it.")
            connection.execute(update(rooms).where(rooms.c.id == room_id).values(**values))
            return self._joined(connection, room_id, visitor)

    def _open_room(self, connection: Connection, room_id: str) -> Room:
        row = connection.execute(select(rooms).where(rooms.c.id == room_id)).first()
        if row is None or row.closed is not None:
            raise NotFound(_GONE)
        return _room(row)

    def _joined(self, connection: Connection, room_id: str, visitor: str) -> Room:
        joined = members.c.room == rooms.c.id
        query = select(rooms).join(members, joined).where(rooms.c.id == room_id, members.c.visitor == visitor)
        row = connection.execute(query).first()
        if row is None:
            raise NotFound(_GONE)
        return _room(row)


def _add(connection: Connection, room_id: str, visitor: str, *, name: str, now: datetime) -> None:
    values = {"room": room_id, "visitor": visitor, "name": name, "joined": now, "seen": now}
    connection.execute(insert(members).values(**values))


def _landed(found: Iterable[Run], names: dict[str, str], visitor: str) -> Iterable[Landed]:
    for run in found:
        yours = run.visitor == visitor
        yield Landed(replace(run, provider_ids={}), names.get(run.visitor, "somebody"), yours)


def _room(row: Row[Any]) -> Room:
    return Room(row.id, row.name, row.host, locked=row.locked, closed=row.closed is not None)


def _name(text: str, field: str) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= MOST_NAME or not name.isprintable():
        raise InvalidRequest([Problem(field, f"has {len(name)} characters; it needs 1 to {MOST_NAME} plain ones.")])
    return name
