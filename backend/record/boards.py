"""Boards: the names under which a visitor gathers pictures of the history."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from backend.domain.errors import InvalidRequest, NotAllowed, NotFound, Problem
from backend.record.database.board_tables import board_pictures, boards
from backend.record.database.engine import exclusively
from backend.record.database.search_words import note_board
from backend.record.database.tables import images, runs
from backend.record.store import Store

MOST_BOARDS = 100
"""Of one visitor."""
MOST_PICTURES = 1000
"""On one board: as many as a zip of it holds."""
MOST_NAME = 60

Picture = tuple[str, int]
"""An image of a run: the run's id, and the image's index in it."""


@dataclass(frozen=True, slots=True)
class Board:
    """A board, and how many pictures lie on it; those of runs in the trash don't count."""

    id: str
    name: str
    pictures: int = 0


class Boards:
    """The boards of visitors; nothing of another's is ever found, changed or deleted."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.engine = store.engine

    def all(self, visitor: str) -> tuple[Board, ...]:
        """Return the visitor's boards by name."""
        mine = select(boards.c.id, boards.c.name).where(*_of(visitor))
        counts = (
            select(board_pictures.c.board_id, func.count().label("pictures"))
            .join(boards, boards.c.id == board_pictures.c.board_id)
            .join(runs, runs.c.id == board_pictures.c.run_id)
            .where(*_of(visitor), runs.c.deleted.is_(None))
            .group_by(board_pictures.c.board_id)
        )
        with self.engine.connect() as connection:
            rows = connection.execute(mine).all()
            known = {row.board_id: row.pictures for row in connection.execute(counts)} if rows else {}
        found = (Board(row.id, row.name, known.get(row.id, 0)) for row in rows)
        return tuple(sorted(found, key=lambda each: (each.name.casefold(), each.id)))

    def board(self, visitor: str, board_id: str) -> Board:
        """Return one of the visitor's boards; raise `NotFound` for any other."""
        return next((each for each in self.all(visitor) if each.id == board_id), None) or _gone()

    def make(self, visitor: str, name: str) -> Board:
        """Make a board; raise `InvalidRequest` for a name that can't be one, `NotAllowed` above `MOST_BOARDS`."""
        board = Board(secrets.token_hex(8), _plain(name))
        with exclusively(self.engine) as connection:
            if len(self._names(connection, visitor)) >= MOST_BOARDS:
                raise NotAllowed(f"You have {MOST_BOARDS} boards, which is the most: delete one first.")
            self._check_free(connection, visitor, board)
            values = {"id": board.id, "visitor": visitor, "name": board.name, "created": datetime.now(UTC)}
            connection.execute(insert(boards).values(values))
        return board

    def rename(self, visitor: str, board_id: str, name: str) -> Board:
        """Give a board another name; raise as `make` does, and `NotFound` for a board that isn't theirs."""
        board = Board(board_id, _plain(name))
        with exclusively(self.engine) as connection:
            self._check_free(connection, visitor, board)
            changed = connection.execute(update(boards).where(*_this(visitor, board_id)).values(name=board.name))
            if not changed.rowcount:
                _gone()
        return board

    def delete(self, visitor: str, board_id: str) -> None:
        """Take a board away, for a week in such a way that `restore` brings it back; its pictures stay.

        Raises `NotFound` for a board that isn't theirs.
        """
        with exclusively(self.engine) as connection:
            gone = update(boards).where(*_this(visitor, board_id)).values(deleted=datetime.now(UTC))
            if not connection.execute(gone).rowcount:
                _gone()

    def restore(self, visitor: str, board_id: str) -> None:
        """Bring a deleted board back; raise `NotFound` where it is gone for good, `NotAllowed` above `MOST_BOARDS`."""
        this = (boards.c.id == board_id, boards.c.visitor == visitor)
        with exclusively(self.engine) as connection:
            name = connection.scalar(select(boards.c.name).where(*this))
            if name is None:
                _gone()
            if len(self._names(connection, visitor)) >= MOST_BOARDS:
                raise NotAllowed(f"You have {MOST_BOARDS} boards, which is the most: delete one first.")
            self._check_free(connection, visitor, Board(board_id, str(name)))
            connection.execute(update(boards).where(*this).values(deleted=None))

    def add(self, visitor: str, board_id: str, pictures: Sequence[Picture], whose: Sequence[str] = ()) -> int:
        """Put pictures on a board, and return how many weren't on it; what is no picture of theirs is left out.

        `whose` are the visitors whose runs the page shows, where those are more. Raises `NotFound` for a board that
        isn't theirs, and `NotAllowed` above `MOST_PICTURES`: then none is put there.
        """
        with exclusively(self.engine) as connection:
            board = self._found(connection, visitor, board_id)
            known = set(map(tuple, connection.execute(_positions(board_id)).all()))
            rows = _pictures(connection, whose or (visitor,), set(pictures) - known)
            if len(known) + len(rows) > MOST_PICTURES:
                raise NotAllowed(
                    f"A board holds {MOST_PICTURES} pictures; “{board.name}” has {len(known)}, and these are "
                    f"{len(rows)} more: take some off, or make another board."
                )
            put = [{"board_id": board_id, "run_id": row.id, "position": row.position} for row in rows]
            if put:
                connection.execute(insert(board_pictures), put)
                note_board(connection, list({row.id: row for row in rows}.values()), board_id, on=True)
        return len(rows)

    def take_out(self, visitor: str, board_id: str, pictures: Sequence[Picture]) -> int:
        """Take pictures off a board, and return how many lay there; raise `NotFound` for one that isn't theirs."""
        with exclusively(self.engine) as connection:
            self._found(connection, visitor, board_id)
            lying = set(map(tuple, connection.execute(_positions(board_id)).all())) & set(pictures)
            for run_id, position in lying:
                this = (board_pictures.c.run_id == run_id, board_pictures.c.position == position)
                connection.execute(delete(board_pictures).where(board_pictures.c.board_id == board_id, *this))
            left = set(connection.scalars(select(board_pictures.c.run_id).where(board_pictures.c.board_id == board_id)))
            bare = {run_id for run_id, _ in lying} - left
            of_run = select(runs.c.id, runs.c.created).where(runs.c.id.in_(bare))
            note_board(connection, connection.execute(of_run).all(), board_id, on=False)
        return len(lying)

    def pictures(self, visitor: str, board_id: str) -> frozenset[Picture]:
        """Return what lies on a board, also what is in the trash; raise `NotFound` for one that isn't theirs."""
        with self.engine.connect() as connection:
            self._found(connection, visitor, board_id)
            return frozenset((row.run_id, row.position) for row in connection.execute(_positions(board_id)))

    def _found(self, connection: Connection, visitor: str, board_id: str) -> Board:
        name = connection.scalar(select(boards.c.name).where(*_this(visitor, board_id)))
        return _gone() if name is None else Board(board_id, str(name))

    def _names(self, connection: Connection, visitor: str) -> dict[str, str]:
        rows = connection.execute(select(boards.c.id, boards.c.name).where(*_of(visitor)))
        return {row.name.casefold(): row.id for row in rows}

    def _check_free(self, connection: Connection, visitor: str, board: Board) -> None:
        if self._names(connection, visitor).get(board.name.casefold(), board.id) != board.id:
            taken = f"is {board.name!r}, the name of another board of yours; choose another one."
            raise InvalidRequest([Problem("name", taken)])


def _of(visitor: str) -> tuple[ColumnElement[bool], ...]:
    return boards.c.visitor == visitor, boards.c.deleted.is_(None)


def _this(visitor: str, board_id: str) -> tuple[ColumnElement[bool], ...]:
    return boards.c.id == board_id, *_of(visitor)


def _positions(board_id: str) -> Any:
    return select(board_pictures.c.run_id, board_pictures.c.position).where(board_pictures.c.board_id == board_id)


def _pictures(connection: Connection, whose: Sequence[str], wanted: set[Picture]) -> list[Row[Any]]:
    """Return, of these pictures, those of these visitors that aren't in the trash."""
    found = select(runs.c.id, runs.c.created, images.c.position).join(images, images.c.run_id == runs.c.id)
    mine = (runs.c.visitor.in_(whose), runs.c.deleted.is_(None))
    these = runs.c.id.in_({run_id for run_id, _ in wanted})
    rows = connection.execute(found.where(*mine, these)).all() if wanted else []
    return [row for row in rows if (row.id, row.position) in wanted]


def _plain(text: str) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= MOST_NAME or not name.isprintable():
        raise InvalidRequest([Problem("name", f"has {len(name)} characters; it needs 1 to {MOST_NAME} plain ones.")])
    return name


def _gone() -> NoReturn:
    raise NotFound("There is no such board of yours; it may have been deleted.")
