"""uv stands in for pip where it is there, where it goes to the same places, and where it can."""

import os
from pathlib import Path

import pytest

from tests.tools.setup.wheels import make_wheel
from tools.setup import builds, pip, uv
from tools.setup.environment import Environment

BUILD = builds.choose(builds.ORDINARY, gpu=False)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    made = Environment(tmp_path_factory.mktemp("project") / "a venv")
    made.make()
    return made


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that stands first on PATH, on a machine where nobody has told pip anything."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def put_uv(folder: Path, status: int) -> Path:
    """Put a uv there that notes what it is asked, and ends with a status; return its notes."""
    notes = folder / "asked"
    (folder / "uv").write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > "{notes}"\necho "no network, says uv"\nexit {status}\n'
    )
    (folder / "uv").chmod(0o755)
    return notes


def install(environment: Environment, folder: Path) -> bool:
    constraints = folder / "constraints.txt"
    constraints.write_text("paint==1.0\n")
    return pip.install(environment, BUILD, constraints, str(make_wheel(folder, "paint", "1.0")))


def test_uv_is_asked_for_what_pip_would_install(environment: Environment, programs: Path) -> None:
    notes = put_uv(programs, 0)
    assert install(environment, programs)
    asked = notes.read_text().splitlines()
    assert asked[:2] == ["pip", "install"]
    assert asked[asked.index("--python") + 1] == str(environment.python)
    assert asked[asked.index("--constraints") + 1] == str(programs / "constraints.txt")
    assert asked[asked.index("--index-strategy") + 1] == "unsafe-best-match"
    assert asked[-1].endswith("paint-1.0-py3-none-any.whl")
    assert not (environment.folder / "downloads").exists()


def test_what_uv_cannot_do_pip_does(
    environment: Environment, programs: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    put_uv(programs, 2)
    assert install(environment, programs)
    assert environment.packages is not None
    assert (environment.packages / "paint/__init__.py").exists()
    told = capfd.readouterr().out
    assert "  uv: no network, says uv" in told
    assert "uv could not do it: pip tries" in told


@pytest.mark.parametrize("name", ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"])
def test_where_pip_was_told_where_packages_come_from_uv_is_not_asked(
    environment: Environment, programs: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    put_uv(programs, 0)
    assert uv.program(environment) == str(programs / "uv")
    monkeypatch.setenv(name, "1" if name == "PIP_NO_INDEX" else "https://packages.example/simple")
    assert uv.program(environment) is None
