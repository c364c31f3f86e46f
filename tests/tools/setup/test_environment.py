"""The environment's folder: what works, what is made anew, what is left alone."""

from pathlib import Path

import pytest

from tools.setup import builds, command, stamp
from tools.setup.environment import Environment
from tools.setup.errors import SetupError


def made(folder: Path, version: str = "3.12.1") -> Environment:
    """Lay out what `python -m venv` does, without its seconds."""
    for part in ("bin", "lib/python3.12/site-packages/pip-24.2.dist-info"):
        (folder / part).mkdir(parents=True)
    (folder / "bin/python").touch()
    (folder / "lib/python3.12/site-packages/pip-24.2.dist-info/RECORD").touch()
    (folder / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version}\n")
    return Environment(folder)


def test_a_whole_one_works(tmp_path: Path) -> None:
    environment = made(tmp_path / "venv")
    assert environment.works()
    assert environment.version == (3, 12, 1)


@pytest.mark.parametrize("gone", ["bin/python", "pyvenv.cfg", "lib/python3.12/site-packages/pip-24.2.dist-info/RECORD"])
def test_one_that_lost_a_part_does_not_work(tmp_path: Path, gone: str) -> None:
    environment = made(tmp_path / "venv")
    (environment.folder / gone).unlink()
    assert not environment.works()


@pytest.mark.parametrize("version", ["3.10.13", "3.15.0"])
def test_one_of_a_python_that_is_too_old_or_too_new_does_not_work(tmp_path: Path, version: str) -> None:
    assert not made(tmp_path / "venv", version).works()


def test_a_folder_that_is_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("months of work")
    with pytest.raises(SetupError, match="is there and is no virtual environment"):
        Environment(tmp_path).make()
    assert (tmp_path / "thesis.tex").read_text() == "months of work"


def test_a_half_installed_package_is_forgotten_so_that_pip_installs_it_again(tmp_path: Path) -> None:
    environment = made(tmp_path / "venv")
    packages = environment.packages
    assert packages is not None
    (packages / "torch-2.14.1.dist-info").mkdir()
    environment.drop_halves()
    assert [info.name for info in packages.glob("*.dist-info")] == ["pip-24.2.dist-info"]


def test_a_place_where_nothing_can_be_made_leads_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match=r"could not be made: .*Errno.* make run VENV="):
        Environment(tmp_path / "file/venv").make()


def test_what_the_disk_refuses_later_ends_with_one_line_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment = made(tmp_path / "venv")
    (environment.folder / stamp.NAME).mkdir()
    assert command.main(["--venv", str(environment.folder), "--torch-index", builds.ORDINARY]) == 1
    told = capsys.readouterr().err
    assert told.startswith("Setting up stopped: ")
    assert str(environment.folder / stamp.NAME) in told
    assert "make run VENV=" in told
