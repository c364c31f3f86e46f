"""The version: one place, told at once."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from app import main
from backend.version import VERSION

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "gradio", "PIL", "numpy", "sqlalchemy", "pydantic_settings")


def test_the_command_tells_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"Z-Image Playground {VERSION}\n")


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_it_is_told_before_anything_heavy_is_imported(option: str) -> None:
    program = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print([name for name in {HEAVY} if name in sys.modules]))\n"
        f"import app\napp.main(['{option}'])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_changelog_has_it_as_its_newest_number_with_its_day() -> None:
    headings = re.findall(r"(?m)^## (.*)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    numbered = [heading for heading in headings if heading != "Unreleased"]
    assert re.fullmatch(re.escape(VERSION) + r" - \d{4}-\d\d-\d\d", numbered[0])
    assert headings.index(numbered[0]) <= 1


def test_no_other_file_says_which_it_is() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in project["project"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "backend.version.VERSION"}


def test_it_is_a_semantic_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", VERSION)


def test_what_is_called_stable_is_held_by_tests_that_are_there() -> None:
    text = (ROOT / "docs/stable.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w./]+)`", text)
    assert len(named) > 5
    assert [path for path in named if not (ROOT / path).exists()] == []
