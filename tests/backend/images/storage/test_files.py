from pathlib import Path

import pytest

from backend.domain.errors import NotFound, StorageFull
from backend.images.storage.files import ImageFiles


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    files = ImageFiles(tmp_path)
    assert files.put(b"x", "png") == files.put(b"x", "png")
    assert len(list(tmp_path.rglob("*.png"))) == 1


def test_a_missing_image_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="upload it again"):
        ImageFiles(tmp_path).read("0" * 64)


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    files = ImageFiles(tmp_path / "images")
    files.put(b"x", "png")
    assert [path.name[0] for path in tmp_path.rglob("*") if path.is_file()] != ["."]


def test_a_folder_that_takes_nothing_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "images").write_text("a file stands where the folder should be")
    with pytest.raises(StorageFull, match="free some disk space"):
        ImageFiles(tmp_path / "images").put(b"x", "png")


def test_delete_removes_it_and_asks_no_questions(tmp_path: Path) -> None:
    files = ImageFiles(tmp_path)
    sha256 = files.put(b"x", "webp")
    files.delete(sha256)
    files.delete(sha256)
    with pytest.raises(NotFound):
        files.path(sha256)


def test_a_file_that_was_cut_short_is_whole_again_once_its_bytes_come_back(tmp_path: Path) -> None:
    files = ImageFiles(tmp_path)
    sha256 = files.put(b"whole", "png")
    files.path(sha256).write_bytes(b"wh")
    files.put(b"whole", "png")
    assert files.read(sha256) == b"whole"
