"""What a room's members play together, kept in the record: one game at a time, changed by one member at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, insert, select, update

from backend.domain.errors import InvalidRequest, NotAllowed, NotFound, Problem
from backend.library.rooms import Member, Rooms
from backend.record.database.engine import exclusively
from backend.record.database.room_tables import games

Kind = Literal["round", "words"]
State = Mapping[str, Any]
MOST_KEPT = 50
"""Games of a room that are remembered, the newest."""
_NAMES: Mapping[Kind, str] = {"round": "A round", "words": "Writing together"}
_OVER = "This is over: somebody ended it, or began something new."


@dataclass(frozen=True, slots=True)
class Game:
    """A game of a room; its state is what its kind says."""

    number: int
    kind: Kind
    state: State
    started: datetime
    ended: datetime | None = None


Change = Callable[[Game], tuple[State, bool]]
"""Returns a game's new state, and whether it ends with that; raises what forbids it."""


class Games:
    """The games of rooms; who isn't in a room changes nothing there."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.engine = rooms.engine

    def newest(self, room_id: str) -> Game | None:
        """Return the room's last game, open or over."""
        with self.engine.connect() as connection:
            return _newest(connection, room_id)

    def begin(self, room_id: str, visitor: str, kind: Kind, state: State) -> Game:
        """Open a game; raise `NotAllowed` while another one is open."""
        self.rooms.check_may_run(room_id, visitor)
        with exclusively(self.engine) as connection:
            last = _newest(connection, room_id)
            if last and last.ended is None:
                raise NotAllowed(f"{_NAMES[last.kind]} is going on in this room: end that first.")
            game = Game(last.number + 1 if last else 1, kind, state, datetime.now(UTC))
            values = {"number": game.number, "kind": kind, "state": dict(state), "started": game.started}
            connection.execute(insert(games).values(room=room_id, **values))
            old = (games.c.room == room_id, games.c.number <= game.number - MOST_KEPT)
            connection.execute(delete(games).where(*old))
        return game

    def change(self, room_id: str, kind: Kind, change: Change) -> None:
        """Change the open game of a kind, alone; raise `NotFound` where none is open, and what `change` raises."""
        with exclusively(self.engine) as connection:
            game = _newest(connection, room_id)
            if game is None or game.kind != kind or game.ended is not None:
                raise NotFound(_OVER)
            state, ends = change(game)
            this = (games.c.room == room_id, games.c.number == game.number)
            ended = datetime.now(UTC) if ends else None
            connection.execute(update(games).where(*this).values(state=dict(state), ended=ended))

    def leader(self, room_id: str, visitor: str) -> Member:
        """Return the member where they may lead a game: the host, or anybody while the host is away.

        Raises `NotAllowed` for others.
        """
        everybody = self.rooms.members(room_id, visitor)
        me = next(each for each in everybody if each.visitor == visitor)
        if not leads(me, everybody):
            raise NotAllowed("The one who opened this room leads its games; anybody may while they are away.")
        return me


def leads(member: Member, everybody: tuple[Member, ...]) -> bool:
    """Whether a member may lead a room's games."""
    return member.host or not any(each.host and each.here for each in everybody)


def plain_words(text: str, most: int) -> str:
    """Return somebody's words, white space at their ends cut off.

    Raises `InvalidRequest` where there are none, or more than `most` characters.
    """
    words = text.strip()
    if not 1 <= len(words) <= most:
        raise InvalidRequest([Problem("words", f"have {len(words)} characters; 1 to {most} fit here.")])
    return words


def _newest(connection: Connection, room_id: str) -> Game | None:
    query = select(games).where(games.c.room == room_id).order_by(games.c.number.desc()).limit(1)
    row = connection.execute(query).first()
    return _game(row) if row else None


def _game(row: Row[Any]) -> Game:
    return Game(row.number, row.kind, row.state, row.started, row.ended)
