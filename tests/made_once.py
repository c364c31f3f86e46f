"""What each test would make anew for itself although it is always the same: made once for a process of tests.

An empty record took 22 ms of computing and the certificates of a client 9, before most of thousands of tests.
"""

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from httpx._transports import default as transports
from sqlalchemy import Engine

from backend.record.database import engine as record
from backend.record.database.processes import register_process

begin_record = record._begin_record
"""How a record begins in earnest; the record's own tests have it back."""


def copy_empty_records() -> None:
    """Let each new SQLite record be a copy of the first one's file, which begins in earnest."""
    empty: list[bytes] = []

    def begin(engine: Engine, data: Path) -> None:
        file = Path(engine.url.database or "")
        if engine.dialect.name != "sqlite" or file.suffix != ".db" or file.exists():
            begin_record(engine, data)
        elif empty:
            file.write_bytes(empty[0])
            with record.exclusively(engine):
                register_process(engine)
        else:
            begin_record(engine, data)
            with closing(sqlite3.connect(file)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            empty.append(file.read_bytes())

    record._begin_record = begin


def read_certificates_once() -> None:
    """Let all clients that ask for none of their own share what they trust; they talk to this machine alone."""
    create, shared = transports.create_ssl_context, cache(transports.create_ssl_context)

    def context(**asked: Any) -> Any:
        return shared(**asked) if asked.get("verify") is True and not asked.get("cert") else create(**asked)

    transports.create_ssl_context = context
