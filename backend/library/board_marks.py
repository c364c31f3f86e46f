"""What members do to pictures on a room's board: the host pins, host and maker hide, everybody answers by a sign."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from sqlalchemy import delete, insert, select

from backend.domain.errors import InvalidRequest, NotAllowed, NotFound, Problem
from backend.library.rooms import Rooms
from backend.record.database.engine import exclusively
from backend.record.database.tables import board_marks

Reaction = Literal["love", "fun", "wow"]
REACTIONS: tuple[Reaction, ...] = get_args(Reaction)
PIN, HIDE = "pin", "hide"


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on the image `position` of a run, and whose it is."""

    run_id: str
    position: int
    visitor: str
    mark: str


class BoardMarks:
    """The marks on the boards of rooms; who isn't in a room changes nothing there."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.engine = rooms.engine

    def pin(self, room_id: str, visitor: str, picture: tuple[str, int], *, on: bool) -> None:
        """Keep a picture (run id and index) at the board's top, or no longer; the host alone may."""
        self._check_host(room_id, visitor)
        self._mark(room_id, visitor, picture, PIN, on=on)

    def hide(self, room_id: str, visitor: str, picture: tuple[str, int], *, on: bool) -> None:
        """Take a picture off the board, or put it back; its maker may, and the host: what the host hid, the host alone.

        It stays in its maker's history. Raises `NotAllowed` to anybody else.
        """
        room = self.rooms.check_may_run(room_id, visitor)
        run = self.rooms.run(room_id, visitor, picture[0])
        if visitor not in (room.host, run.visitor):
            raise NotAllowed("Only its maker and the one who opened this room can take a picture off its board.")
        self._mark(room_id, visitor, picture, HIDE, on=on)

    def react(self, room_id: str, visitor: str, picture: tuple[str, int], reaction: str) -> None:
        """Answer a picture by a sign, or take that sign back; raise `InvalidRequest` for a sign that is none."""
        if reaction not in REACTIONS:
            raise InvalidRequest([Problem("reaction", f"is {reaction[:20]!r}; choose one of {', '.join(REACTIONS)}.")])
        self.rooms.check_may_run(room_id, visitor)
        mine = Mark(*picture, visitor, reaction)
        self._mark(room_id, visitor, picture, reaction, on=mine not in self.of(room_id))

    def of(self, room_id: str) -> tuple[Mark, ...]:
        """Return all marks on a room's board, oldest first."""
        with self.engine.connect() as connection:
            query = select(board_marks).where(board_marks.c.room == room_id)
            rows = connection.execute(query.order_by(board_marks.c.created)).all()
        return tuple(Mark(row.run_id, row.position, row.visitor, row.mark) for row in rows)

    def _check_host(self, room_id: str, visitor: str) -> None:
        if self.rooms.check_may_run(room_id, visitor).host != visitor:
            raise NotAllowed("Only the one who opened this room can do that.")

    def _mark(self, room_id: str, visitor: str, picture: tuple[str, int], mark: str, *, on: bool) -> None:
        run_id, position = picture
        if position not in {image.index for image in self.rooms.run(room_id, visitor, run_id).images}:
            raise NotFound("This picture isn't on the board any more.")
        values = {"room": room_id, "run_id": run_id, "position": position, "visitor": visitor, "mark": mark}
        this = [board_marks.c[name] == value for name, value in values.items()]
        with exclusively(self.engine) as connection:
            connection.execute(delete(board_marks).where(*this))
            if on:
                connection.execute(insert(board_marks).values(**values, created=datetime.now(UTC)))
