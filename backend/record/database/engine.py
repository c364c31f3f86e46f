"""One engine for the record: SQLite in the data folder unless an address is given."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event, func, select
from sqlalchemy.exc import OperationalError

from backend.domain.errors import RUN_AGAIN, RecordBusy, StorageFull
from backend.images.storage.files import ImageFiles
from backend.record.database.address import engine_of, opening
from backend.record.database.group_commit import GroupCommit
from backend.record.database.patience import patiently
from backend.record.database.processes import register_process
from backend.record.database.schema import bring_up_to_date

T = TypeVar("T")

_WRITERS_LOCK = 0x7A_69_6D_67
"""The number of PostgreSQL's advisory lock ("zimg"); any constant will do, so long as every process uses it."""

_TURN = "turn"
"""The engine's option that holds its writers' lock."""

_GROUP = "group"
"""The engine's option that holds its group commit; PostgreSQL has one of its own."""

START_PATIENCE_SECONDS = 120.0
"""How long a start waits for a record that another program holds."""

_NO_ROOM = ("disk is full", "readonly database", "disk I/O", "No space left", "could not extend")
"""What SQLite and PostgreSQL say when the disk takes no more."""

_BUSY = ("is locked", "lock timeout", "connection", "shutting down", "starting up")
"""What they say while another program holds the database, or while there is no database to talk to."""


def open_database(data: Path, url: str | None = None) -> Engine:
    """Open the database, created or brought up to date where needed; safe for many threads.

    Raises `NewerRecord` for one that a later version of the playground has written, `WrongSetting` for an address that
    is none, and `NotReady` for what can't be opened; another program that holds SQLite's file is waited for.
    """
    engine = engine_of(data, url, pool_size=16, max_overflow=64, execution_options={_TURN: nullcontext()})
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        turn = threading.Lock()
        engine.update_execution_options(**{_TURN: turn, _GROUP: GroupCommit(turn, partial(_begin_alone, engine))})
    try:
        with opening(engine, data):
            seconds = START_PATIENCE_SECONDS if engine.dialect.name == "sqlite" else 0
            patiently(partial(_begin_record, engine, data), seconds=seconds)
    except BaseException:  # Whatever it was goes on; the connections must not stay open behind it.
        engine.dispose()
        raise
    return engine


def _begin_record(engine: Engine, data: Path) -> None:
    # One transaction: one wait for the disk instead of thirty, and no second process in between.
    with exclusively(engine) as connection:
        bring_up_to_date(connection, ImageFiles(data / "images"))
        register_process(engine)


def write(engine: Engine, work: Callable[[Connection], T], *, alone: bool = False) -> T:
    """Carry out `work` in a transaction and return what it returns, once that is on disk; raises as `writing` does.

    On SQLite it shares a transaction with what other threads write at the same moment, and may run in one of them. With
    `alone` it is safe as in `exclusively`.
    """
    group: GroupCommit | None = engine.get_execution_options().get(_GROUP)
    if group is not None:
        return group.write(work)
    with exclusively(engine) if alone else writing(engine) as connection:
        return work(connection)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction to write in; raise `StorageFull` where the database takes no more, `RecordBusy` for now."""
    # SQLite polls its own lock with ever longer pauses; through this one, the next writer starts at once.
    with engine.get_execution_options()[_TURN], _begin(engine) as connection:
        yield connection


@contextmanager
def exclusively(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that is the only one writing, across threads and processes.

    What is read inside stays true until it is committed; a sum that was checked against a cap can't be outrun.
    """
    with engine.get_execution_options()[_TURN], _begin_alone(engine) as connection:
        yield connection


@contextmanager
def _begin(engine: Engine) -> Iterator[Connection]:
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        raise _in_words(error) from error


def _in_words(error: OperationalError) -> Exception:
    said = str(error.orig)
    if any(sign in said for sign in _NO_ROOM):
        return StorageFull(f"The record could not be written ({said}): free some disk space and {RUN_AGAIN}.")
    if any(sign in said for sign in _BUSY):
        first = said.strip().partition("\n")[0]
        return RecordBusy(f"The record could not be written ({first}): another program may hold it. Try again soon.")
    return error


@contextmanager
def _begin_alone(engine: Engine) -> Iterator[Connection]:
    with _begin(engine) as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(select(func.pg_advisory_xact_lock(_WRITERS_LOCK)))
        yield connection


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # FULL, since a provider's ids have to survive a power cut once the money is spent.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")
