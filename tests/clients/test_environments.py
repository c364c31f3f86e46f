"""Where clients' environments lie, what they are made of, and when they are made anew."""

import json
import os
import re
import time
import venv
from pathlib import Path

import pytest

from tests.clients.environments import FOLDER, KEPT_SECONDS, PINS, Environment, environment_of, kept_in
from tests.clients.run import said_within

CI = (Path(__file__).parents[2] / ".ci" / "run").read_text(encoding="utf-8")
CLIENTS = sorted(folder for folder in FOLDER.iterdir() if any((folder / name).exists() for name in PINS))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a folder with one client, which needs nothing, so that no line to a registry is needed either."""
    (tmp_path / "clients" / "nothing").mkdir(parents=True)
    pin(tmp_path / "clients", "# nothing")
    return tmp_path / "clients"


def pin(source: Path, text: str) -> None:
    (source / "nothing" / "requirements.txt").write_text(f"{text}\n", encoding="utf-8")


def made(source: Path) -> Environment:
    return environment_of("nothing", source=source, kept=source.parent / "kept", make=bare)


def bare(_: Path, made: Environment) -> None:
    """Make what pip would install into: that takes seconds, and one test does it."""
    made.python.parent.mkdir(parents=True)
    made.python.touch()


def aged(environment: Environment) -> None:
    long_ago = time.time() - KEPT_SECONDS - 60
    os.utime(environment.folder / "whole", (long_ago, long_ago))


def test_an_environment_is_made_once_for_its_pins_and_another_one_for_others(source: Path) -> None:
    first = made(source)
    (first.folder / "here").touch()
    assert made(source) == first
    assert (first.folder / "here").exists()
    pin(source, "# other pins")
    assert made(source).folder != first.folder


def test_one_whose_making_was_cut_off_is_made_again(source: Path) -> None:
    first = made(source)
    (first.folder / "whole").unlink()
    first.python.unlink()
    assert made(source).python.exists()


def test_one_of_other_pins_goes_once_nobody_can_be_at_its_tests(source: Path) -> None:
    young = made(source)
    pin(source, "# the second")
    old = made(source)
    assert young.folder.exists()
    aged(young)
    pin(source, "# the third")
    made(source)
    assert not young.folder.exists()
    assert old.folder.exists()


def test_a_script_runs_there_and_its_last_line_is_its_answer_or_its_reason_stands_in_the_failure(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNWARE_API_KEY", "of-the-machine")
    venv.create(source.parent / "venv")
    client = Environment("nothing", source.parent / "venv")
    says = (
        "import json, os, sys; print('working'); print(json.dumps([json.loads(sys.argv[1]), sys.prefix, *os.environ]))"
    )
    (source / "say.py").write_text(says, encoding="utf-8")
    given, prefix, *variables = said_within(client, source / "say.py", number=3)
    assert (given, Path(prefix)) == ({"number": 3}, client.folder)
    assert "RUNWARE_API_KEY" not in variables
    (source / "fail.py").write_text("raise ValueError('the reason')", encoding="utf-8")
    with pytest.raises(AssertionError, match="the reason"):
        said_within(client, source / "fail.py")


def test_they_lie_beside_the_environment_of_ci_which_leaves_them_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    named = re.search(r'folder="\$\{XDG_CACHE_HOME:-\$HOME/\.cache\}/(.+)"', CI)
    assert named
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/somebody")
    assert kept_in() == Path("/home/somebody/.cache") / named[1]
    assert re.findall(r"-name '([^']+)'", CI) == ["venv-*"]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_each_client_is_pinned_exactly_and_names_no_registry(client: Path) -> None:
    if (client / "requirements.txt").exists():
        lines = (client / "requirements.txt").read_text(encoding="utf-8").splitlines()
        assert [line for line in lines if not re.fullmatch(r"#.*|[\w.-]+==[\w.+!]+( *#.*)?", line)] == []
    if (client / "package.json").exists():
        asked = json.loads((client / "package.json").read_text(encoding="utf-8"))["dependencies"]
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in asked.values())
        packages = json.loads((client / "package-lock.json").read_text(encoding="utf-8"))["packages"]
        assert [name for name, package in packages.items() if name and not package.get("integrity")] == []
        assert [name for name, package in packages.items() if "resolved" in package] == []
