"""Finding runs by the words of their prompts: FTS5 on SQLite, a GIN index on PostgreSQL, asked the same way.

Both would take a Chinese sentence for one word, so texts go in with every Chinese, Japanese or Korean sign on its own.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    String,
    Table,
    Text,
    func,
    literal,
    literal_column,
    text,
    update,
)

from backend.domain.records import Run

_SIGN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_SIGN}]|[^\W_{_SIGN}]+")
_FTS5 = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS prompts USING fts5("
    "words, run_id UNINDEXED, prefix='2 3', tokenize=\"unicode61 remove_diacritics 0\")"
)
_GIN = "CREATE INDEX IF NOT EXISTS prompts_words ON prompts USING gin (to_tsvector('simple', words))"
_ID_BITS = 12
_MOST_NUMBER = 2**63 - 1
"""The largest whole number of both databases."""

State = Literal["favourite", "deleted"]
"""What comes and goes with a run, and is looked for: of many runs few have it, so the index leads to those few."""


class Placed(Protocol):
    """What stands somewhere in time's order, as a run does."""

    @property
    def id(self) -> str:
        """Return a run's id."""

    @property
    def created(self) -> datetime:
        """Return when it was made."""


_postgres = MetaData()

table = Table(
    "prompts",
    _postgres,
    Column("rowid", BigInteger, primary_key=True, autoincrement=False),
    Column("words", Text, nullable=False),
    Column("run_id", String(32), nullable=False),
)


def create_word_index(connection: Connection) -> None:
    """Create the index of words where it is missing."""
    if connection.dialect.name == "sqlite":
        connection.execute(text(_FTS5))
        return
    _postgres.create_all(connection)
    connection.execute(text(_GIN))


def words_of(run: Run) -> dict[str, Any]:
    """Return the run's row in the index: the words of its prompt, and marks of whose, which mode and which backend."""
    words = (*marks(run.visitor, run.request.mode, run.backend), *split(run.request.prompt))
    return {"rowid": row_number(run), "words": " ".join(words), "run_id": run.id}


def row_number(run: Placed) -> int:
    """Return a number that grows with the moment of creation, so that the index itself lies in time's order."""
    return _number(run.created, run.id)


def first_number(moment: datetime) -> int:
    """Return the lowest row number that a run created at this moment, or later, can have."""
    return min(max(round(moment.timestamp() * 1_000_000), 0) << _ID_BITS, _MOST_NUMBER)


def state(kind: State, visitor: str) -> str:
    """Return the mark of a visitor's runs that are in this state."""
    return _mark(kind, visitor)


def note_state(connection: Connection, found: Sequence[Any], kind: State, *, on: bool) -> None:
    """Set a state's mark on runs, or take it off; each of `found` has the run's `id`, `created` and `visitor`."""
    for row in found:
        _note(connection, row, _mark(kind, row.visitor), on=on)


def board(board_id: str) -> str:
    """Return the mark of the runs that have a picture on this board."""
    return _mark("board", board_id)


def note_board(connection: Connection, found: Sequence[Any], board_id: str, *, on: bool) -> None:
    """Set a board's mark on runs, or take it off; each of `found` has the run's `id` and `created`."""
    for row in found:
        _note(connection, row, board(board_id), on=on)


def split(prompt: str) -> list[str]:
    """Return the words of a text in lower case without accents, each Chinese sign a word of its own."""
    plain = unicodedata.normalize("NFKD", prompt).casefold()
    bare = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return _TOKEN.findall(unicodedata.normalize("NFC", bare))


def marks(visitor: str, mode: str | None = None, backend: str | None = None) -> list[str]:
    """Return the marks of a visitor's runs, and of those in a mode or on a backend."""
    given = {"visitor": visitor, "mode": mode, "backend": backend}
    return [_mark(kind, value) for kind, value in given.items() if value is not None]


def matches(dialect: str, words: Sequence[str], marked: Sequence[str]) -> ColumnElement[bool]:
    """Say which rows have all these words, the last as the beginning of one, and all these marks."""
    whole, last = [*marked, *words[:-1]], words[-1] if words else ""
    if dialect == "sqlite":
        begun = [f'"{last}" *' if len(last) > 1 else f'"{last}"'] if last else []
        asked = " AND ".join((*(f'"{word}"' for word in whole), *begun))
        return literal_column("prompts").op("MATCH")(f"words : ({asked})")
    begun = [f"{last}:*" if len(last) > 1 else last] if last else []
    query = " & ".join((*whole, *begun))
    found: ColumnElement[bool] = func.to_tsvector("simple", table.c.words).op("@@")(func.to_tsquery("simple", query))
    return found


def fits(text: str, words: Sequence[str]) -> bool:
    """Say of a text that stands in no index what `matches` asks of those that do."""
    own, last = split(text), words[-1] if words else ""
    begun = any(each.startswith(last) for each in own) if len(last) > 1 else not last or last in own
    return begun and set(words[:-1]) <= set(own)


def _note(connection: Connection, row: Any, mark: str, *, on: bool) -> None:
    bare = func.replace(table.c.words, f"{mark} ", "")
    this = table.c.rowid == _number(row.created, row.id)
    connection.execute(update(table).where(this).values(words=literal(f"{mark} ").concat(bare) if on else bare))


def _number(created: datetime, run_id: str) -> int:
    microseconds = round(created.timestamp() * 1_000_000)
    return microseconds << _ID_BITS | int(hashlib.sha256(run_id.encode()).hexdigest()[:3], 16)


def _mark(kind: str, value: str) -> str:
    return f"zz{kind}{hashlib.sha256(value.encode()).hexdigest()[:24]}"
