"""One PostgreSQL for all tests of the record, empty for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from backend.record.database import engine as record
from backend.record.database.engine import open_database
from tests.backend.record.postgresql import programs, server
from tests.made_once import begin_record


@pytest.fixture(autouse=True)
def _in_earnest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a record begin as it does outside of tests."""
    monkeypatch.setattr(record, "_begin_record", begin_record)


@pytest.fixture(scope="package")
def postgresql() -> Iterator[str]:
    """Start a PostgreSQL and return its SQLAlchemy address."""
    binaries = programs()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    with server(binaries) as url:
        yield url


@pytest.fixture
def empty_postgresql(postgresql: str) -> str:
    """Return the address of a PostgreSQL in which nothing is."""
    engine = create_engine(postgresql)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return postgresql


@pytest.fixture
def postgresql_engine(empty_postgresql: str, tmp_path: Path) -> Iterator[Engine]:
    """Return a new record on PostgreSQL."""
    engine = open_database(tmp_path, empty_postgresql)
    yield engine
    engine.dispose()
