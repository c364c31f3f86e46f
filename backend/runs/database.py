"""One engine for the record: SQLite in the data folder unless an address is given."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event

from backend.runs.tables import metadata
from backend.runs.words import create_word_index


def open_database(data: Path, url: str | None = None) -> Engine:
    """Open (and where needed create) the database; safe for many threads."""
    if url is None:
        data.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{data / 'playground.db'}"
    engine = create_engine(url, pool_size=16, max_overflow=64)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    metadata.create_all(engine)
    create_word_index(engine)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # FULL, since a provider's ids have to survive a power cut once the money is spent.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")
