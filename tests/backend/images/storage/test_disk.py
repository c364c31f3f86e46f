from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backend.domain.errors import StorageFull
from backend.images.storage.disk import BLOCK, GB, RECORDS_SHARE, Disk, files_below

LIMIT = 10 * BLOCK * RECORDS_SHARE // (RECORDS_SHARE - 1) + 1
"""Room for ten blocks beside what is kept free for the record."""


def fill(folder: Path, *blocks: int) -> None:
    folder.mkdir(exist_ok=True)
    for number, count in enumerate(blocks):
        (folder / f"{number}").write_bytes(b"x" * (count * BLOCK))


def test_without_a_limit_nothing_is_refused_or_claimed(tmp_path: Path) -> None:
    disk = Disk(None, tmp_path)
    disk.check(10**15)
    disk.claim("run", 10**15)
    assert disk.used == 0


def test_what_would_pass_the_limit_is_refused_in_words(tmp_path: Path) -> None:
    fill(tmp_path, 4, 4)
    disk = Disk(LIMIT, tmp_path)
    disk.check(2 * BLOCK)
    with pytest.raises(StorageFull, match=r"^There is no room for this: .* MB that .* empty the trash") as full:
        disk.check(2 * BLOCK + 1)
    assert full.value.billed == "no"


def test_a_small_file_counts_as_the_block_that_it_takes(tmp_path: Path) -> None:
    disk = Disk(LIMIT, tmp_path)
    disk.check(1)
    for number in range(10):
        (tmp_path / f"{number}").write_bytes(b"x")
        disk.wrote(1)
    with pytest.raises(StorageFull):
        disk.check(1)


def test_a_run_keeps_its_room_until_it_has_ended(tmp_path: Path) -> None:
    disk = Disk(LIMIT, tmp_path)
    disk.claim("run", 8 * BLOCK)
    with pytest.raises(StorageFull):
        disk.claim("another", 3 * BLOCK)
    disk.check(8 * BLOCK, copy=True)
    disk.release("run")
    disk.release("run")
    disk.claim("another", 3 * BLOCK)


def test_room_is_made_before_anything_is_refused(tmp_path: Path) -> None:
    fill(tmp_path / "kept", 4)
    fill(tmp_path / "copies", 4)
    disk = Disk(LIMIT, tmp_path)

    def make_room(size: int) -> None:
        assert size == 5 * BLOCK
        for path, _ in files_below(tmp_path / "copies"):
            path.unlink()

    disk.make_room = make_room
    disk.check(5 * BLOCK)
    assert disk.used == 4 * BLOCK


def test_what_another_process_removed_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, 10)
    disk = Disk(LIMIT, tmp_path)
    with pytest.raises(StorageFull):
        disk.check(1)
    (tmp_path / "0").unlink()
    monkeypatch.setattr("backend.images.storage.disk.MEASURED_AGAIN", 0.0)
    disk.check(1)


def test_gigabytes_are_those_on_the_label() -> None:
    assert GB == 1_000_000_000


def test_of_many_runs_at_once_no_more_are_let_in_than_there_is_room_for(tmp_path: Path) -> None:
    disk = Disk(LIMIT, tmp_path)

    def let_in(number: int) -> bool:
        try:
            disk.claim(f"{number}", 3 * BLOCK)
        except StorageFull:
            return False
        return True

    with ThreadPoolExecutor(16) as visitors:
        assert sum(visitors.map(let_in, range(64))) == 3
