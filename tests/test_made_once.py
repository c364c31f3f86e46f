from pathlib import Path

import pytest
from httpx._transports import default
from sqlalchemy import Engine

from backend.record.database import engine as record
from backend.record.database.engine import open_database
from backend.record.database.processes import number_of
from tests.made_once import begin_record


def rows_of(engine: Engine) -> list[object]:
    """Return all that stands in a record, and how it is laid out."""
    with engine.connect() as connection:
        layout = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").all()
        tables = [name for kind, name, _ in layout if kind == "table"]
        rows = [connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in tables]
        return [*layout, *rows, connection.exec_driver_sql("PRAGMA journal_mode").scalar()]


def test_a_copied_record_is_as_one_that_began_in_earnest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = [open_database(tmp_path / name) for name in ("first", "second")]
    monkeypatch.setattr(record, "_begin_record", begin_record)
    earnest = open_database(tmp_path / "earnest")
    assert rows_of(copies[0]) == rows_of(copies[1]) == rows_of(earnest)
    assert len({number_of(engine) for engine in (*copies, earnest)} - {None}) == 3
    for engine in (*copies, earnest):
        engine.dispose()


def test_who_asks_for_certificates_of_their_own_gets_them() -> None:
    asked = [default.create_ssl_context(verify=verify, cert=None, trust_env=True) for verify in (True, True, False)]
    assert asked[0] is asked[1] is not asked[2]
