"""Rooms as their members look at them, many times a second: read once for all who look in the same moment."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from backend.domain.errors import NotFound
from backend.domain.recipes import for_others
from backend.domain.records import Run
from backend.library.board_marks import HIDE, PIN, BoardMarks, Mark
from backend.library.games import Game, Games
from backend.library.rooms import Member, Room, Rooms
from backend.library.rounds import Round
from backend.record.database.tables import runs

FRESH_SECONDS = 0.5
"""How old what a look sees may be; who changes something sees that at once."""
SIGN_SECONDS = 15.0
"""How often it is noted that somebody is here, at most."""
MOST_KEPT = 2000
"""Rooms, and members, that are known without asking the record; the longest unused are forgotten first."""
MOST_RUNS = 60
"""Of a room's runs, the newest, that its board shows; its zip has all."""


@dataclass(frozen=True, slots=True)
class Board:
    """A room with all that is on its board: members, runs newest first, and marks; for the server alone."""

    room: Room
    members: tuple[Member, ...]
    runs: tuple[Run, ...]
    marks: tuple[Mark, ...]
    game: Game | None = None
    """What is played together, or was last."""
    round: Round | None = field(init=False, compare=False)
    """The same where it is a round."""
    _by_mark: dict[tuple[str, int, str], list[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Read once what is asked for at each of many pictures."""
        by_mark: dict[tuple[str, int, str], list[str]] = {}
        for each in self.marks:
            by_mark.setdefault((each.run_id, each.position, each.mark), []).append(each.visitor)
        played = Round.of(self.game) if self.game and self.game.kind == "round" else None
        for name, value in (("_by_mark", by_mark), ("round", played)):
            object.__setattr__(self, name, value)  # It is frozen for everybody else.

    def member(self, visitor: str) -> Member:
        """Return a member; raise `NotFound` for who isn't one, or isn't any longer."""
        for each in self.members:
            if each.visitor == visitor and not each.removed:
                return each
        raise NotFound("You aren't in this room.")

    def marked(self, run_id: str, position: int, mark: str) -> list[str]:
        """Return the visitors who have put a mark on a picture."""
        return self._by_mark.get((run_id, position, mark), [])

    def pinned(self, run_id: str, position: int) -> bool:
        """Whether a picture stands at the top."""
        return bool(self.marked(run_id, position, PIN))

    def hidden_by(self, run_id: str, position: int) -> list[str]:
        """Return who has taken a picture off the board; nobody where it is on it."""
        return self.marked(run_id, position, HIDE)

    def shows(self, run: Run, position: int, visitor: str) -> bool:
        """Whether a visitor sees a picture: all do, but one off the board only its maker and the host."""
        return not self.hidden_by(run.id, position) or visitor in (run.visitor, self.room.host)


@dataclass(slots=True)
class RoomBoards:
    """The boards that were looked at lately, and who gave a sign of life when (monotonic seconds)."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _boards: dict[str, tuple[float, Board]] = field(default_factory=dict)
    _signs: dict[tuple[str, str], float] = field(default_factory=dict)

    def look(self, rooms: Rooms, room_id: str, visitor: str) -> Board:
        """Return the board, and note now and then that the visitor is here.

        Raises `NotFound` and `NotAllowed` as `Rooms.check_may_run` does.
        """
        if self._sign_is_due(room_id, visitor):
            rooms.visit(room_id, visitor)
        board = self._kept(room_id) or self._read(rooms, room_id, visitor)
        try:
            board.member(visitor)
        except NotFound:
            rooms.check_may_run(room_id, visitor)  # It says why, or they have just come.
            board = self._read(rooms, room_id, visitor)
        return board

    def leave(self, rooms: Rooms, room_id: str, visitor: str) -> None:
        """Leave a room; a look that was on its way by then is no sign that one is here. Raises as `Rooms.leave`."""
        with self._lock:
            self._note_sign((room_id, visitor), time.monotonic())
        rooms.leave(room_id, visitor)

    def forget(self, room_id: str) -> None:
        """Let the next look see what was just changed."""
        with self._lock:
            _, board = self._boards.pop(room_id, (0.0, None))
            if board is not None:  # It is known still which of its runs had ended.
                self._boards[room_id] = (-FRESH_SECONDS, board)

    def _kept(self, room_id: str) -> Board | None:
        with self._lock:
            read, board = self._boards.get(room_id, (-FRESH_SECONDS, None))
        return board if time.monotonic() - read < FRESH_SECONDS else None

    def _read(self, rooms: Rooms, room_id: str, visitor: str) -> Board:
        began = time.monotonic()
        room = rooms.check_may_run(room_id, visitor)
        marks, game = BoardMarks(rooms).of(room_id), Games(rooms).newest(room_id)
        with self._lock:
            _, before = self._boards.get(room_id, (0.0, None))
        found = _runs(rooms, room_id, before.runs if before else ())
        board = Board(room, rooms.members(room_id, visitor), found, marks, game)
        if board == before:  # What was made of it stays good.
            board = before
        with self._lock:
            self._boards.pop(room_id, None)
            self._boards[room_id] = (began, board)
            while len(self._boards) > MOST_KEPT:
                del self._boards[next(iter(self._boards))]
        return board

    def _sign_is_due(self, room_id: str, visitor: str) -> bool:
        now, who = time.monotonic(), (room_id, visitor)
        with self._lock:
            if now - self._signs.get(who, -SIGN_SECONDS) < SIGN_SECONDS:
                return False
            self._note_sign(who, now)
        return True

    def _note_sign(self, who: tuple[str, str], now: float) -> None:
        self._signs.pop(who, None)
        self._signs[who] = now
        while len(self._signs) > MOST_KEPT:
            del self._signs[next(iter(self._signs))]


def _runs(rooms: Rooms, room_id: str, before: Sequence[Run]) -> tuple[Run, ...]:
    """Return the newest runs of the room; those that were finished before are as they were."""
    on_it = select(runs.c.id).where(runs.c.room == room_id, runs.c.deleted.is_(None))
    newest = on_it.order_by(runs.c.created.desc(), runs.c.id.desc()).limit(MOST_RUNS)
    with rooms.engine.connect() as connection:
        order = connection.execute(newest).scalars().all()
    known = {run.id: run for run in before if run.status == "finished" and run.id in order}
    new = [run_id for run_id in order if run_id not in known]
    found = rooms.store.read(select(runs).where(runs.c.id.in_(new))) if new else []
    known |= {run.id: replace(run, provider_ids={}, request=for_others(run.request)) for run in found}
    return tuple(known[run_id] for run_id in order if run_id in known)
