from pathlib import Path

from backend.data_folder import data_folder
from backend.settings import Settings


def test_a_spaces_storage_is_used_where_a_database_lives_there(tmp_path: Path) -> None:
    space = Settings(_env_file=None, SPACE_ID="a/b")
    assert data_folder(space, tmp_path) == tmp_path / "playground"
    assert list((tmp_path / "playground").iterdir()) == []


def test_without_storage_or_elsewhere_or_when_set_the_folder_stays(tmp_path: Path) -> None:
    space = Settings(_env_file=None, SPACE_ID="a/b")
    assert data_folder(space, tmp_path / "not there") == space.data
    assert data_folder(Settings(_env_file=None), tmp_path) == space.data
    chosen = Settings(_env_file=None, SPACE_ID="a/b", PLAYGROUND_DATA=tmp_path / "own")
    assert data_folder(chosen, tmp_path) == tmp_path / "own"


def test_storage_on_which_no_database_can_live_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "playground").write_text("a file where the folder should be")
    space = Settings(_env_file=None, SPACE_ID="a/b")
    assert data_folder(space, tmp_path) == space.data
