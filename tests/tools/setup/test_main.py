"""The check of the Python, in processes that believe to be an old one."""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

from tools.setup import NEWEST
from tools.setup.task import ROOT

AS = "import sys, runpy; sys.version_info = {}; runpy.run_module('tools.setup', run_name='__main__')"


def run_as_old(path: Path, version: tuple[int, ...] = (3, 9, 18)) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", AS.format(version), "--venv", "there"],
        cwd=ROOT,
        env={**os.environ, "PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def program(file: Path, text: str) -> None:
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def test_an_old_python_ends_with_one_line_that_names_the_way_out(tmp_path: Path) -> None:
    done = run_as_old(tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "Python 3.9.18 is too old: install Python 3.11, 3.12, 3.13 or 3.14, then name it: make run PYTHON=python3.12\n"
    )


def test_an_old_python_goes_on_with_a_newer_one_on_the_path(tmp_path: Path) -> None:
    program(tmp_path / "python3.12", "exit 1")  # as a version manager's stand-in does where it has none
    program(tmp_path / "python3.13", f'[ "$1" = -c ] && exec {sys.executable} "$@"; echo "$@"')
    done = run_as_old(tmp_path)
    assert done.returncode == 0
    assert "going on with python3.13" in done.stdout
    assert done.stdout.rstrip().endswith("-m tools.setup --venv there")


def test_a_python_that_is_too_new_says_what_is_missing_for_it(tmp_path: Path) -> None:
    done = run_as_old(tmp_path, (3, 15, 0))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Python 3.15.0 is too new (orjson, which gradio needs, has no build for it yet): "
        "install Python 3.11, 3.12, 3.13 or 3.14, then name it: make run PYTHON=python3.12\n"
    )


def test_a_python_that_is_too_new_goes_on_with_one_of_ours(tmp_path: Path) -> None:
    program(tmp_path / "python3.14", f'[ "$1" = -c ] && exec {sys.executable} "$@"; echo "$@"')
    assert "going on with python3.14" in run_as_old(tmp_path, (3, 15, 0)).stdout


def test_the_newest_that_is_admitted_is_told_everywhere() -> None:
    newest = ".".join(map(str, NEWEST))
    assert f"Python 3.11 to {newest}" in (ROOT / "README.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">=3.11,<3.{NEWEST[1] + 1}"


def test_the_check_is_understood_by_pythons_that_are_too_old() -> None:
    for name in ("__main__.py", "__init__.py"):
        ast.parse((ROOT / "tools/setup" / name).read_text(), feature_version=(3, 6))
