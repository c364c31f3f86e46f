"""Rooms: a board that everybody who has its link shares, with a host who can lock or close it; no accounts."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, tuple_, update

from backend.domain.errors import InvalidRequest, NotAllowed, NotFound, Problem
from backend.domain.recipes import for_others
from backend.domain.records import Run
from backend.record.database.engine import exclusively, writing
from backend.record.database.tables import members, rooms, runs
from backend.record.store import Store

MOST_MEMBERS = 100
MOST_ROOMS_A_HOST = 10
MOST_NAME = 40
HERE_SECONDS = 45.0
"""How long after the last sign of life somebody counts as here; `RoomBoards` notes one every 15 s."""
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

_GONE = "There is no such room, or it was closed: ask for a new link, or open a room of your own."
_CLOSED = "This room was closed by its host. What you made in it is in your history; you can open a room of your own."
_LOCKED = "This room is locked: ask its host to open it."
_REMOVED = "The host has taken you out of this room: ask them to let you in again, or open a room of your own."
_FULL = f"This room is full: {MOST_MEMBERS} have joined, which is the most."


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
    """Somebody in a room, under the name they gave; `number` counts from 1 in the order in which they came."""

    visitor: str
    name: str
    host: bool
    number: int = 0
    here: bool = False
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an open room shows to who has its link and hasn't joined: who invites, and how many are there now."""

    room: Room
    host: str
    here: int
    joined: int
    """How many have ever joined."""


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
        given, now = _name(name, "name"), datetime.now(UTC)
        with exclusively(self.engine) as connection:
            open_ones = select(func.count()).where(rooms.c.host == visitor, rooms.c.closed.is_(None))
            if connection.execute(open_ones).scalar_one() >= MOST_ROOMS_A_HOST:
                raise NotAllowed(f"You have {MOST_ROOMS_A_HOST} open rooms, which is the most: close one first.")
            values = {"id": room.id, "name": room.name, "host": visitor, "created": now, "locked": False}
            connection.execute(insert(rooms).values(**values))
            _add(connection, room.id, visitor, name=given, now=now)
        return room

    def invitation(self, room_id: str, visitor: str) -> Invitation:
        """Return what the room's link shows to who may join; raise as `join` does where they may not."""
        with self.engine.connect() as connection:
            room = self._open_room(connection, room_id)
            everybody = self._members(connection, room)
            known = next((each for each in everybody if each.visitor == visitor), None)
            _check_may_join(room, known, len(everybody))
        host = next((each.name for each in everybody if each.host), "")
        return Invitation(room, host, sum(each.here for each in everybody), len(everybody))

    def join(self, room_id: str, visitor: str, *, name: str) -> Room:
        """Come in, or come back under another name.

        Raise `NotAllowed` where it is locked or full, or the host has taken the visitor out.
        """
        given, now = _name(name, "name"), datetime.now(UTC)
        with exclusively(self.engine) as connection:
            room = self._open_room(connection, room_id)
            everybody = self._members(connection, room)
            known = next((each for each in everybody if each.visitor == visitor), None)
            _check_may_join(room, known, len(everybody))
            if known:
                self._set(connection, room_id, visitor, name=given, seen=now)
            else:
                _add(connection, room_id, visitor, name=given, now=now)
        return room

    def leave(self, room_id: str, visitor: str) -> None:
        """Be no longer here; the link, or the page's address, leads back."""
        with writing(self.engine) as connection:
            self._joined(connection, room_id, visitor)
            self._set(connection, room_id, visitor, seen=_LONG_AGO)

    def visit(self, room_id: str, visitor: str) -> Room:
        """Return a room that the visitor has joined, and note that they are here; raise `NotFound` otherwise."""
        with writing(self.engine) as connection:
            room = self._joined(connection, room_id, visitor)
            self._set(connection, room_id, visitor, seen=datetime.now(UTC))
        return room

    def check_may_run(self, room_id: str, visitor: str) -> Room:
        """Return the room; raise `NotFound` unless the visitor has joined and it is still open.

        Raises `NotAllowed` for who was taken out.
        """
        with self.engine.connect() as connection:
            return self._joined(connection, room_id, visitor)

    def admits(self, room_id: str, visitor: str) -> bool:
        """Whether the visitor has joined the room and it is still open, so that their runs belong on its board."""
        try:
            self.check_may_run(room_id, visitor)
        except (NotFound, NotAllowed):
            return False
        return True

    def run(self, room_id: str, visitor: str, run_id: str) -> Run:
        """Return a run of the room, for a remix; raise `NotFound` for one that isn't on its board."""
        self.check_may_run(room_id, visitor)
        mine = (runs.c.id == run_id, runs.c.room == room_id, runs.c.deleted.is_(None))
        found = self.store.read(select(runs).where(*mine))
        if not found:
            raise NotFound("This run isn't on the board any more.")
        return _for_others(found[0])

    def members(self, room_id: str, visitor: str) -> tuple[Member, ...]:
        """Return all who have joined, in the order in which they came, also who isn't here or was taken out."""
        with self.engine.connect() as connection:
            return self._members(connection, self._joined(connection, room_id, visitor))

    def here(self, room_id: str, visitor: str) -> tuple[Member, ...]:
        """Return who is in the room now, in the order in which they came."""
        return tuple(each for each in self.members(room_id, visitor) if each.here)

    def board(
        self, room_id: str, visitor: str, *, limit: int | None = 24, before: Run | None = None
    ) -> tuple[Landed, ...]:
        """Return everybody's runs in the room, newest first, those still running too; `before` continues a page."""
        names = {each.visitor: each.name for each in self.members(room_id, visitor)}
        query = select(runs).where(runs.c.room == room_id, runs.c.deleted.is_(None))
        if before is not None:
            query = query.where(tuple_(runs.c.created, runs.c.id) < (before.created, before.id))
        found = self.store.read(query.order_by(runs.c.created.desc(), runs.c.id.desc()).limit(limit))
        return tuple(_landed(found, names, visitor))

    def lock(self, room_id: str, visitor: str, *, locked: bool) -> Room:
        """Let nobody new in, or again; raise `NotAllowed` to all but the host."""
        return self._as_host(room_id, visitor, locked=locked)

    def close(self, room_id: str, visitor: str) -> Room:
        """Close the room for good: nobody runs in it or sees its board again; the host alone may."""
        return self._as_host(room_id, visitor, closed=datetime.now(UTC))

    def take_out(self, room_id: str, visitor: str, number: int, *, out: bool) -> None:
        """Take a member out, who then sees and makes nothing there, or let them in again; the host alone may.

        Raises `NotFound` for a number that nobody but the host has, or nobody at all.
        """
        with writing(self.engine) as connection:
            room = self._hosted(connection, room_id, visitor)
            found = next((each for each in self._members(connection, room) if each.number == number), None)
            if found is None or found.host:
                raise NotFound("There is no such member of this room.")
            self._set(connection, room_id, found.visitor, removed=datetime.now(UTC) if out else None)

    def _as_host(self, room_id: str, visitor: str, **values: Any) -> Room:
        with writing(self.engine) as connection:
            self._hosted(connection, room_id, visitor)
            connection.execute(update(rooms).where(rooms.c.id == room_id).values(**values))
            return _room(connection.execute(select(rooms).where(rooms.c.id == room_id)).one())

    def _hosted(self, connection: Connection, room_id: str, visitor: str) -> Room:
        room = self._joined(connection, room_id, visitor)
        if room.host != visitor:
            raise NotAllowed("Only the one who opened this room can do that.")
        return room

    def _open_room(self, connection: Connection, room_id: str) -> Room:
        row = connection.execute(select(rooms).where(rooms.c.id == room_id)).first()
        if row is None or row.closed is not None:
            raise NotFound(_GONE if row is None else _CLOSED)
        return _room(row)

    def _joined(self, connection: Connection, room_id: str, visitor: str) -> Room:
        joined = members.c.room == rooms.c.id
        query = select(rooms, members.c.removed).join(members, joined)
        row = connection.execute(query.where(rooms.c.id == room_id, members.c.visitor == visitor)).first()
        if row is None or row.closed is not None:
            raise NotFound(_GONE if row is None else _CLOSED)
        if row.removed is not None:
            raise NotAllowed(_REMOVED)
        return _room(row)

    @staticmethod
    def _members(connection: Connection, room: Room) -> tuple[Member, ...]:
        since = datetime.now(UTC) - timedelta(seconds=HERE_SECONDS)
        query = select(members).where(members.c.room == room.id).order_by(members.c.joined, members.c.visitor)
        rows = enumerate(connection.execute(query).all(), 1)
        return tuple(_member(row, room, number, since) for number, row in rows)

    @staticmethod
    def _set(connection: Connection, room_id: str, visitor: str, **values: Any) -> None:
        mine = (members.c.room == room_id, members.c.visitor == visitor)
        connection.execute(update(members).where(*mine).values(**values))


def plain_name(text: str) -> str:
    """Return a name as it would be kept: its white space made one space each."""
    return " ".join(text.split())


def is_name(text: str) -> bool:
    """Whether somebody, or a room, may be called so."""
    return 1 <= len(text) <= MOST_NAME and text.isprintable()


def _check_may_join(room: Room, known: Member | None, count: int) -> None:
    if known is None and (room.locked or count >= MOST_MEMBERS):
        raise NotAllowed(_LOCKED if room.locked else _FULL)
    if known is not None and known.removed:
        raise NotAllowed(_REMOVED)


def _add(connection: Connection, room_id: str, visitor: str, *, name: str, now: datetime) -> None:
    values = {"room": room_id, "visitor": visitor, "name": name, "joined": now, "seen": now}
    connection.execute(insert(members).values(**values))


def _member(row: Row[Any], room: Room, number: int, since: datetime) -> Member:
    removed = row.removed is not None
    here = row.seen > since and not removed
    return Member(row.visitor, row.name, row.visitor == room.host, number, here=here, removed=removed)


def _landed(found: Iterable[Run], names: Mapping[str, str], visitor: str) -> Iterable[Landed]:
    for run in found:
        yield Landed(_for_others(run), names.get(run.visitor, "somebody"), run.visitor == visitor)


def _for_others(run: Run) -> Run:
    return replace(run, provider_ids={}, request=for_others(run.request))


def _room(row: Row[Any]) -> Room:
    return Room(row.id, row.name, row.host, locked=row.locked, closed=row.closed is not None)


def _name(text: str, field: str) -> str:
    name = plain_name(text)
    if not is_name(name):
        raise InvalidRequest([Problem(field, f"has {len(name)} characters; it needs 1 to {MOST_NAME} plain ones.")])
    return name
