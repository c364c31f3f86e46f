"""Whose is what: pictures that visitors brought or made, and files that the page serves to them."""

import hashlib
from datetime import UTC, datetime, timedelta
from os.path import realpath
from typing import Literal

from sqlalchemy import ColumnElement, Engine, Select, delete, insert, or_, select, update

from backend.record.database.engine import exclusively, writing
from backend.record.database.tables import holders, images, inputs, members, rooms, runs

Holding = Literal["yours", "another's", "nobody's"]

NOTED_AGAIN = timedelta(hours=12)
"""How old a note may be when the file is made anew: less than there is between the ages of files and of notes."""

_SERVED = "served:"


class Holders:
    """Remembers who brought or was given something; several visitors may hold the same.

    A picture is named by the sha256 of its file, a served file by its path.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def add_picture(self, sha256: str, visitor: str) -> None:
        """Note that a visitor brought a picture."""
        self._add(sha256, visitor)

    def add_served(self, path: str, visitor: str) -> None:
        """Note that a file is served to a visitor, such as one that they have just uploaded."""
        self._add(_item(path), visitor)

    def picture(self, sha256: str, visitor: str) -> Holding:
        """Say whose a picture is: the visitor's where they brought or made it, or share an open room with its run."""
        either = or_(images.c.sha256 == sha256, images.c.original == sha256)
        made, used = runs.join(images, images.c.run_id == runs.c.id), runs.join(inputs, inputs.c.run_id == runs.c.id)
        theirs = or_(runs.c.visitor == visitor, runs.c.room.in_(open_rooms_of(visitor)))
        brought = holders.c.item == sha256
        if self._any(
            select(holders.c.item).where(brought, holders.c.visitor == visitor),
            select(runs.c.id).select_from(made).where(either, theirs),
            select(runs.c.id).select_from(used).where(inputs.c.sha256 == sha256, theirs),
        ):
            return "yours"
        known = self._any(select(holders.c.item).where(brought), select(images.c.run_id).where(either))
        return "another's" if known else "nobody's"

    def served(self, path: str, visitor: str) -> Holding:
        """Say to whom a file is served."""
        item: ColumnElement[bool] = holders.c.item == _item(path)
        if self._any(select(holders.c.item).where(item, holders.c.visitor == visitor)):
            return "yours"
        return "another's" if self._any(select(holders.c.item).where(item)) else "nobody's"

    def is_served(self, path: str) -> bool:
        """Say whether a file was served to anybody, or uploaded by them."""
        return self._any(select(holders.c.item).where(holders.c.item == _item(path)))

    def forget_served(self, before: datetime) -> None:
        """Forget to whom files were served before a moment, when they have left the cache."""
        with writing(self.engine) as connection:
            old = (holders.c.item.startswith(_SERVED), holders.c.created < before)
            connection.execute(delete(holders).where(*old))

    def _add(self, item: str, visitor: str) -> None:
        now = datetime.now(UTC)
        theirs = (holders.c.item == item, holders.c.visitor == visitor)
        lately = holders.c.created > now - NOTED_AGAIN
        if self._any(select(holders.c.item).where(*theirs, lately)):  # Without waiting for who writes.
            return
        with exclusively(self.engine) as connection:
            if not connection.execute(update(holders).where(*theirs).values(created=now)).rowcount:
                connection.execute(insert(holders).values(item=item, visitor=visitor, created=now))

    def _any(self, *queries: Select[tuple[str]]) -> bool:
        with self.engine.connect() as connection:
            return any(connection.execute(query.limit(1)).first() is not None for query in queries)


def open_rooms_of(visitor: str) -> Select[tuple[str]]:
    """Return the query of the rooms that a visitor is in: joined, not taken out of, and not closed."""
    joined = rooms.join(members, members.c.room == rooms.c.id)
    mine = (members.c.visitor == visitor, members.c.removed.is_(None), rooms.c.closed.is_(None))
    return select(rooms.c.id).select_from(joined).where(*mine)


def _item(path: str) -> str:
    # Links followed: one file must not have a second name under which it is nobody's.
    real = realpath(path)
    return _SERVED + hashlib.sha256(real.encode(errors="surrogateescape")).hexdigest()[:56]
