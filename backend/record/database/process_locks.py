"""Locks that end with their process: on files beside a SQLite record, and in PostgreSQL's own table of locks."""

import logging
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Protocol, Self

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

FOLDER = "processes"

log = logging.getLogger(__name__)


class Locks(Protocol):
    """Numbers that processes lock."""

    def hold(self, number: int) -> None:
        """Lock a number for as long as this process lives."""

    def held(self, number: int, connection: Connection) -> bool:
        """Whether a process, this one too, has the number locked; yes where that can't be found out."""

    def renew(self, number: int) -> None:
        """Lock the number again where the lock was lost."""

    def let_go(self) -> None:
        """Give the lock back."""


class FileLocks:
    """A file for each process, in which SQLite holds its own exclusive lock.

    SQLite's, since it works on every system and file system on which the record itself does: where a disk knows no
    locks, there is no record to share. Nothing else may open these files: on Unix, a process that closes one loses its
    lock.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._mine: sqlite3.Connection | None = None
        self._path: Path | None = None

    @classmethod
    def beside(cls, database: str | None) -> Self | None:
        """Return the locks of a record at this path; None for one that has no file."""
        return cls(Path(database).resolve().parent / FOLDER) if database and database != ":memory:" else None

    def hold(self, number: int) -> None:
        """Lock a number's file, and remove the files of processes that are gone."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in self.folder.glob("*.lock"):
            if not _is_locked(path):
                path.unlink(missing_ok=True)
        self._path = self._of(number)
        self._mine = _opened(self._path)
        self._mine.execute("BEGIN EXCLUSIVE")

    def held(self, number: int, connection: Connection) -> bool:
        """Whether the number's file is locked; one that isn't there is nobody's, as in a copy of the record alone."""
        path = self._of(number)
        return path.exists() and _is_locked(path)

    def renew(self, number: int) -> None:
        """Nothing: the lock can't be lost while the process lives."""

    def let_go(self) -> None:
        """Give the lock back, and take the file away."""
        if self._mine is not None and self._path is not None:
            self._mine.close()
            self._mine = None
            self._path.unlink(missing_ok=True)

    def _of(self, number: int) -> Path:
        return self.folder / f"{number}.lock"


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=MEMORY")  # Or a second file lies beside each.
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _is_locked(path: Path) -> bool:
    try:
        with closing(_opened(path)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
            log.warning("It can't be told whether the process of %s lives, so it is taken to: %s", path, error)
        return True
    return False


class AdvisoryLocks:
    """Locks of PostgreSQL, held on a connection that stays open."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._alive: Connection | None = None

    def hold(self, number: int) -> None:
        """Lock a number on a connection of its own."""
        alive = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        alive.execute(select(func.pg_advisory_lock(number)))
        self._alive = alive

    def held(self, number: int, connection: Connection) -> bool:
        """Try the lock within the caller's transaction, with which it ends."""
        return not connection.scalar(select(func.pg_try_advisory_xact_lock(number)))

    def renew(self, number: int) -> None:
        """Lock the number again where its connection broke, as by a restart of the database."""
        try:
            if self._alive is not None:
                self._alive.execute(select(1))
        except SQLAlchemyError as error:
            log.warning("The connection that says this playground lives broke: %s", error)
            self.let_go()
            self.hold(number)

    def let_go(self) -> None:
        """Unlock, and close the connection; back in the pool, it would keep what it locks."""
        if self._alive is not None and not self._alive.closed:
            # By words first: the server gives back what a connection held only once it has noticed that it is gone.
            with suppress(SQLAlchemyError):  # One that broke holds nothing any more.
                self._alive.execute(select(func.pg_advisory_unlock_all()))
            self._alive.invalidate()
            self._alive.close()
        self._alive = None
