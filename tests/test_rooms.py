"""The dependency rule between the rooms, as `pyproject.toml` says it and import-linter holds it."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = sorted(file.parent for top in ("backend", "ui") for file in (ROOT / top).rglob("__init__.py"))
NAMES = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
}
WRONG = {
    "page-over-backend": ("backend/export/wrong.py", "import gradio"),
    "app": ("ui/layout/wrong.py", "import app"),
    "rooms-of-the-backend": ("backend/domain/wrong.py", "import backend.record"),
    "adapters": ("backend/adapters/runware/wrong.py", "import backend.adapters.modelrunner"),
    "local-engine": ("backend/adapters/local/drawing/wrong.py", "import backend.adapters.local.scenes"),
    "simulator-knows-no-adapter": ("backend/simulator/wrong.py", "import backend.adapters.provider"),
    "rooms-of-the-page": ("ui/look/wrong.py", "import ui.runs"),
    "no-circle": ("ui/runs/wrong.py", "import ui.look.wrong"),
    "torch": ("backend/images/wrong.py", "import torch"),
    "ray": ("backend/threads/wrong.py", "import ray"),
}


def broken(folder: Path) -> set[str]:
    """Return the contracts that a tree breaks, by their ids."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    linter = (Path(sys.executable).parent / "lint-imports", "--no-cache", "--no-logo")
    done = subprocess.run(linter, cwd=folder, capture_output=True, text=True, check=False)
    said = re.sub(r"\s+", " ", done.stdout)
    assert re.search(r"Contracts: \d+ kept, \d+ broken", said), done.stdout + done.stderr
    return {each for each, name in NAMES.items() if f"{name} BROKEN" in said}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a copy of all that the contracts speak of."""
    for top in ("backend", "ui"):
        shutil.copytree(ROOT / top, tmp_path / top, ignore=_no_code)
    return tmp_path


def test_no_import_breaks_the_dependency_rule(tree: Path) -> None:
    assert broken(tree) == set()


def test_each_contract_refuses_what_it_is_about(tree: Path) -> None:
    for name, line in WRONG.values():
        (tree / name).write_text(f"def wrong() -> None:\n    {line}\n", encoding="utf-8")
    assert broken(tree) == set(NAMES) == set(WRONG)


def test_a_room_without_a_place_is_refused(tree: Path) -> None:
    (tree / "backend" / "attic").mkdir()
    (tree / "backend" / "attic" / "__init__.py").touch()
    assert broken(tree) == {"rooms-of-the-backend"}


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(ROOT)))
def test_a_room_says_what_it_is_for_and_what_it_may_import(room: Path) -> None:
    said = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert re.match(r"\S.*\.$", said, re.MULTILINE), "its first line says what it is for"
    assert re.search(r"^May import: .+\.$", said, re.MULTILINE), "its last line says what it may import"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(ROOT)))
def test_a_room_has_fifteen_files_at_most(room: Path) -> None:
    assert len([file for file in room.iterdir() if file.is_file()]) <= 15, "give some of them a room of their own"


def _no_code(folder: str, names: Iterable[str]) -> set[str]:
    files = {name for name in names if (Path(folder) / name).is_file()}
    return {name for name in files if not name.endswith(".py")} | {"__pycache__"}
