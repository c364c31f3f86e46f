"""The record's version: an older one is brought up to date when it is opened, a newer one is left alone.

A new table, index or column needs its line in `tables.py` (or a file of tables beside it), and one in `_OLDER` where it
must not be empty; what old rows have to be given besides is a step of `_STEPS`, under a new `VERSION`.
"""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert, inspect, select, update
from sqlalchemy.schema import CreateColumn

from backend.domain.errors import NewerRecord, NotFound
from backend.domain.records import Run
from backend.domain.requests import parse_request, references
from backend.images.storage.files import ImageFiles
from backend.record.database import board_tables, queue_tables, room_tables
from backend.record.database.search_words import create_word_index, note_state, words_of
from backend.record.database.search_words import table as prompts
from backend.record.database.stored import count_all
from backend.record.database.tables import favourites, images, inputs, runs

log = logging.getLogger(__name__)

VERSION = 3

_FILES = (board_tables.boards, room_tables.games, queue_tables)
_TABLES = tuple(dict.fromkeys(each.metadata for each in _FILES))

_OLDER = {"runs.steps": "8", "images.bytes": "0", "ledger.payer": "'house'"}
"""What stands, in SQL, in rows that are older than a column which must not be empty."""

_REPLACED = (
    "runs_in_the_trash",
    "ix_ledger_visitor",
    "ix_ledger_address",
    "ix_ledger_room",
    "ix_ledger_created",
)
"""Indexes of version 2 for which others stand in."""

_version = Table("schema_version", MetaData(), Column("version", Integer, primary_key=True, autoincrement=False))


def bring_up_to_date(connection: Connection, files: ImageFiles) -> None:
    """Create what the record lacks and carry its rows over, in the caller's transaction: all of it, or nothing.

    Raises `NewerRecord` where a later version of the playground has written it.
    """
    found = _found(connection)
    if found > VERSION:
        raise NewerRecord(
            f"The history here was written by a newer playground (record version {found}; this one reads up to "
            f"{VERSION}): update the playground, or give it another folder with --data."
        )
    _version.create(connection, checkfirst=True)
    for tables in _TABLES:
        tables.create_all(connection)
    create_word_index(connection)
    _add_what_is_missing(connection)
    if found < VERSION:
        for step in _STEPS[max(found, 1) - 1 :] if found else ():
            step(connection, files)
        connection.execute(_version.delete())
        connection.execute(insert(_version).values(version=VERSION))
        if found:
            log.info("The record was brought from version %d to %d", found, VERSION)


def _found(connection: Connection) -> int:
    """Return the version of the record; 0 is an empty database. Before version 2 it was not written down."""
    known = inspect(connection)
    if known.has_table(_version.name):
        return connection.execute(select(_version.c.version)).scalar() or 0
    if not known.has_table(runs.name):
        return 0
    return 2 if "steps" in {column["name"] for column in known.get_columns(runs.name)} else 1


def _add_what_is_missing(connection: Connection) -> None:
    known = inspect(connection)
    for table in (each for tables in _TABLES for each in tables.sorted_tables):
        names = {column["name"] for column in known.get_columns(table.name)}
        for column in table.columns:
            if column.name not in names:
                older = _OLDER.get(f"{table.name}.{column.name}")
                what = f"{CreateColumn(column).compile(connection)}{f' DEFAULT {older}' if older else ''}"
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {what}")
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def _from_1(connection: Connection, files: ImageFiles) -> None:
    """Give old runs what search, trash and storage read: steps, words, inputs, and the bytes of their images.

    Some of it was there before runs had steps, so that it is written anew.
    """
    for table in (prompts, inputs):
        connection.execute(table.delete())
    for run in _all_runs(connection):
        connection.execute(update(runs).where(runs.c.id == run.id).values(steps=run.request.steps))
        connection.execute(insert(prompts), words_of(run))
        for sha256 in set(references(run.request)):
            connection.execute(insert(inputs), {"run_id": run.id, "sha256": sha256})
    for row in connection.execute(select(images)).all():
        size = sum(_size(files, sha256) for sha256 in (row.sha256, row.original) if sha256)
        this = (images.c.run_id == row.run_id, images.c.position == row.position)
        connection.execute(update(images).where(*this).values(bytes=size))


def _from_2(connection: Connection, _files: ImageFiles) -> None:
    """Put what history, caps and trash read into indexes of few rows, marks and sums; drop the indexes before them."""
    for name in _REPLACED:
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {name}")
    of_run = (runs.c.id, runs.c.created, runs.c.visitor)
    kept = select(favourites.c.run_id).where(favourites.c.visitor == runs.c.visitor)
    note_state(connection, connection.execute(select(*of_run).where(runs.c.id.in_(kept))).all(), "favourite", on=True)
    trashed = select(*of_run).where(runs.c.deleted.is_not(None))
    note_state(connection, connection.execute(trashed).all(), "deleted", on=True)
    count_all(connection)


def _all_runs(connection: Connection) -> Iterator[Run]:
    for row in connection.execute(select(runs)).all():
        request = parse_request(json.loads(row.request))
        yield Run(row.id, row.visitor, row.backend, request, row.status, row.created)


def _size(files: ImageFiles, sha256: str) -> int:
    try:
        return files.path(sha256).stat().st_size
    except NotFound:
        return 0


_STEPS: tuple[Callable[[Connection, ImageFiles], Any], ...] = (_from_1, _from_2)
"""The step at index `i` carries the rows of version `i + 1` over to the next."""
