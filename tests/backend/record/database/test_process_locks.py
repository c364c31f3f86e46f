"""Locks on files beside the record: who holds one lives, whoever else says what."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Connection

from backend.record.database import process_locks
from backend.record.database.process_locks import FileLocks

NO_CONNECTION = cast(Connection, None)


@pytest.fixture
def held(tmp_path: Path) -> Iterator[FileLocks]:
    locks = FileLocks(tmp_path / "processes")
    locks.hold(7)
    yield locks
    locks.let_go()


def lives(folder: Path, number: int) -> bool:
    """Ask in a process of its own."""
    code = (
        "import sys, pathlib; from backend.record.database.process_locks import FileLocks; "
        f"print(FileLocks(pathlib.Path(sys.argv[1])).held({number}, None))"
    )
    asked = subprocess.run([sys.executable, "-c", code, folder], check=True, capture_output=True, text=True)
    return asked.stdout.strip() == "True"


def test_a_lock_is_seen_from_this_process_and_from_another_and_asking_leaves_it(held: FileLocks) -> None:
    for _ in range(3):
        assert held.held(7, NO_CONNECTION)
        assert lives(held.folder, 7)


def test_nobody_has_a_number_that_has_no_file_or_whose_process_gave_it_back(held: FileLocks) -> None:
    assert not held.held(8, NO_CONNECTION)
    held.let_go()
    assert not lives(held.folder, 7)
    assert list(held.folder.iterdir()) == []


def test_a_copy_of_the_folder_holds_no_locks(held: FileLocks, tmp_path: Path) -> None:
    subprocess.run(["cp", "-r", held.folder, tmp_path / "copy"], check=True)  # Not here: that would end the lock.
    assert not FileLocks(tmp_path / "copy").held(7, NO_CONNECTION)
    assert lives(held.folder, 7)


def test_files_that_nobody_holds_go_with_the_next_start(held: FileLocks) -> None:
    left = held.folder / "9.lock"
    left.touch()
    other = FileLocks(held.folder)
    other.hold(10)
    assert sorted(path.name for path in held.folder.iterdir()) == ["10.lock", "7.lock"]
    other.let_go()


def test_where_it_cannot_be_told_the_process_is_taken_to_live(held: FileLocks, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(_: Any) -> sqlite3.Connection:
        raise sqlite3.OperationalError("disk I/O error")

    held.let_go()
    (held.folder / "7.lock").touch()
    monkeypatch.setattr(process_locks, "_opened", no_locks)
    assert held.held(7, NO_CONNECTION)


def test_a_record_in_memory_has_no_locks() -> None:
    assert FileLocks.beside(None) is None
    assert FileLocks.beside(":memory:") is None
