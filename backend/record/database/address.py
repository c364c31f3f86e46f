"""Where the record is: from a folder or an address to an engine, and why there can't be one, in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

from backend.domain.errors import NotReady, RecordBusy, StorageFull, WrongSetting

_NAME = "PLAYGROUND_DATABASE_URL"
TAKES = "an address such as postgresql+psycopg://user:password@host/name"
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
"""Names that hosts give an address, and the driver that the list of requirements brings."""


def engine_of(data: Path, url: str | None, **options: Any) -> Engine:
    """Return an engine for SQLite's file in a folder, or for the database at an address; it connects to nothing yet.

    Raises `WrongSetting` for an address that is none, or for which something isn't installed.
    """
    if url is None:
        data.mkdir(parents=True, exist_ok=True)
        return create_engine(f"sqlite:///{record_files(data)[0]}", **options)
    address = _read(url)
    try:
        return create_engine(address, **options)
    except (ImportError, NoSuchModuleError) as error:
        raise WrongSetting(
            f"{_NAME} names {shown(address)}, for which something isn't installed ({error}): run "
            "`pip install -r requirements-scale.txt`, or leave it out, and the record is a file in PLAYGROUND_DATA."
        ) from error


def record_files(data: Path) -> tuple[Path, Path]:
    """Return where SQLite keeps the record in the data folder: the file, and what was written and isn't in it yet."""
    return data / "playground.db", data / "playground.db-wal"


def shown(address: URL) -> str:
    """Return an address as it may be shown: without its password."""
    return address.set(query={}).render_as_string(hide_password=True)


@contextmanager
def opening(engine: Engine, data: Path) -> Iterator[None]:
    """Say of a database that can't be opened which one it is, why, and the way out, as `NotReady`."""
    try:
        yield
    except (RecordBusy, StorageFull, DatabaseError) as error:
        cause = error.__cause__ if isinstance(error, StorageFull) else error
        why = str(getattr(cause, "orig", cause)).strip().partition("\n")[0]
        raise NotReady(_refusal(engine, data, why, busy=isinstance(error, RecordBusy))) from error


def _refusal(engine: Engine, data: Path, why: str, *, busy: bool) -> str:
    if engine.dialect.name == "postgresql":
        return f"{_NAME} names {shown(engine.url)}, which can't be used ({why}): check that it runs, and the address."
    where = f"The record in {data}" if engine.url.database == str(record_files(data)[0]) else f"{_NAME}"
    if busy:
        return f"{where} is held by another program, such as a backup ({why}): start again once that has ended."
    way = "let this user write there, give it some room, or give another folder with --data (PLAYGROUND_DATA)"
    return f"{where} can't be opened ({why}): {way}."


def _read(url: str) -> URL:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise _wrong("it can't be read as an address") from error
    if address.get_backend_name() not in ("sqlite", "postgres", "postgresql"):
        raise _wrong(f"it names {address.get_backend_name()}, and the record takes PostgreSQL or SQLite")
    return address.set(drivername=_DRIVERS.get(address.drivername, address.drivername))


def _wrong(why: str) -> WrongSetting:
    return WrongSetting(f"{_NAME} can't be used ({why}): give {TAKES}, or leave it out.")
