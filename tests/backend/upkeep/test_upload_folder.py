"""Where uploads lie: apart for each data folder, where the owner says, and never in a stranger's folder."""

import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest

from backend.domain.errors import WrongSetting
from backend.settings import Settings
from backend.upkeep.upload_folder import InUse, former_folders, make_upload_folder, upload_folder


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the system's temporary folder, which is empty, as the tests' own setting is."""
    monkeypatch.delenv("GRADIO_TEMP_DIR")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    return tmp_path / "tmp"


def told(data: Path, **given: Any) -> Settings:
    return Settings(_env_file=None, PLAYGROUND_DATA=data, **given)


def test_each_data_folder_has_one_of_its_own_for_this_user_alone(tmp_path: Path, temporary: Path) -> None:
    first, again, second = (make_upload_folder(told(tmp_path / name)) for name in ("a", "a", "b"))
    assert first == again != second
    assert {first.parents[1], second.parents[1]} == {temporary}
    assert [stat.S_IMODE(folder.parent.stat().st_mode) for folder in (first, second)] == [0o700, 0o700]


def test_the_owners_folder_is_taken_as_it_is(tmp_path: Path, temporary: Path) -> None:
    settings = told(tmp_path / "a", GRADIO_TEMP_DIR=tmp_path / "mine" / "here")
    assert make_upload_folder(settings) == upload_folder(settings) == tmp_path / "mine" / "here"
    assert (tmp_path / "mine" / "here").is_dir()
    assert list(temporary.iterdir()) == []
    assert former_folders(settings) == ()


def test_a_folder_that_somebody_else_laid_there_is_refused_with_the_way_out(tmp_path: Path) -> None:
    settings = told(tmp_path / "a")
    place = upload_folder(settings).parent
    (tmp_path / "theirs").mkdir()
    place.symlink_to(tmp_path / "theirs")
    with pytest.raises(
        WrongSetting, match=r"can't be kept in .* \(somebody else made it\).* or set GRADIO_TEMP_DIR to"
    ):
        make_upload_folder(settings)
    assert list((tmp_path / "theirs").iterdir()) == []


def test_a_file_in_its_place_is_said(tmp_path: Path) -> None:
    settings = told(tmp_path / "a")
    upload_folder(settings).parent.touch()
    with pytest.raises(WrongSetting, match=r"can't be kept in .* \(File exists\)"):
        make_upload_folder(settings)


def test_the_last_that_serves_from_it_is_told_so(tmp_path: Path) -> None:
    settings = told(tmp_path / "a")
    make_upload_folder(settings)
    first, second, apart = InUse(settings), InUse(settings), InUse(told(tmp_path / "b"))
    upload_folder(told(tmp_path / "b")).parent.touch()
    apart.begin()
    for one in (first, second):
        one.begin()
    assert first.end()
    assert not second.end()
    assert apart.end(), "its lock could not be had, so that nobody knows"


def test_who_serves_without_the_checks_of_a_start_is_seen_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first, second = (InUse(told(tmp_path / "a")) for _ in range(2))
    first.begin()
    second.begin()
    assert not caplog.records
    assert first.end()
    assert not second.end()
