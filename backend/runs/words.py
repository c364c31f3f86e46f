"""Finding runs by the words of their prompts: FTS5 on SQLite, a GIN index on PostgreSQL, asked the same way.

Both would take a Chinese sentence for one word, so texts go in with every Chinese, Japanese or Korean sign on its own.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

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
    literal_column,
    text,
)

from backend.runs.records import Run

_SIGN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_SIGN}]|[^\W_{_SIGN}]+")
_FTS5 = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS prompts USING fts5("
    "words, run_id UNINDEXED, prefix='2 3', tokenize=\"unicode61 remove_diacritics 0\")"
)
_GIN = "CREATE INDEX IF NOT EXISTS prompts_words ON prompts USING gin (to_tsvector('simple', words))"
_ID_BITS = 12

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
    marks = (_mark("visitor", run.visitor), _mark("mode", run.request.mode), _mark("backend", run.backend))
    return {"rowid": row_number(run), "words": " ".join((*marks, *split(run.request.prompt))), "run_id": run.id}


def row_number(run: Run) -> int:
    """Return a number that grows with the moment of creation, so that the index itself lies in time's order."""
    microseconds = round(run.created.timestamp() * 1_000_000)
    return microseconds << _ID_BITS | int(hashlib.sha256(run.id.encode()).hexdigest()[:3], 16)


def split(prompt: str) -> list[str]:
    """Return the words of a text in lower case without accents, each Chinese sign a word of its own."""
    plain = unicodedata.normalize("NFKD", prompt).casefold()
    bare = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return _TOKEN.findall(unicodedata.normalize("NFC", bare))


def matches(dialect: str, words: Sequence[str], **marks: str | None) -> ColumnElement[bool]:
    """Say which rows have all these words, the last as the beginning of one, and the marks that are given."""
    whole = [*(_mark(kind, value) for kind, value in marks.items() if value is not None), *words[:-1]]
    last = words[-1]
    if dialect == "sqlite":
        asked = " AND ".join((*(f'"{word}"' for word in whole), f'"{last}" *' if len(last) > 1 else f'"{last}"'))
        return literal_column("prompts").op("MATCH")(f"words : ({asked})")
    query = " & ".join((*whole, f"{last}:*" if len(last) > 1 else last))
    found: ColumnElement[bool] = func.to_tsvector("simple", table.c.words).op("@@")(func.to_tsquery("simple", query))
    return found


def _mark(kind: str, value: str) -> str:
    return f"zz{kind}{hashlib.sha256(value.encode()).hexdigest()[:24]}"
