"""Room on the disk."""

import shutil
from pathlib import Path

import pytest

from tools.setup.builds import Build
from tools.setup.errors import SetupError
from tools.setup.machine import disk

SMALL = Build("nothing much", None, 0.0, 0.0)


def too_large(folder: Path) -> Build:
    return Build("all there is", None, 1.0, shutil.disk_usage(folder).total / disk.GB)


def test_a_size_counts_files_and_no_links(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/file").write_bytes(b"x" * 1000)
    before = disk.size(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "deep/file")
    assert before == 1000
    assert disk.size(tmp_path) < 2000


def test_a_folder_that_is_not_there_has_no_size(tmp_path: Path) -> None:
    assert disk.size(tmp_path / "nowhere") == 0


def test_a_full_disk_is_told_with_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"GB are missing\. Make room, or put the environment on another disk"):
        disk.check(tmp_path / "venv", too_large(tmp_path))
    disk.check(tmp_path / "venv", SMALL)


def test_downloads_are_kept_only_where_there_is_room(tmp_path: Path) -> None:
    assert disk.has_room_for_cache(tmp_path / "venv", SMALL, tmp_path / "cache")
    assert not disk.has_room_for_cache(tmp_path / "venv", too_large(tmp_path), tmp_path / "cache")
