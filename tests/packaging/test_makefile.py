"""The Makefile's commands, as make would run them."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACE = "/home/Žofie Müller/my venv"


@pytest.mark.parametrize("target", ["run", "test", "lint", "format", "clean"])
def test_a_folder_with_a_space_in_its_name_stays_one_word(target: str) -> None:
    told = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", target, f"VENV={PLACE}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert PLACE in told
    assert told.count(f'"{PLACE}') == told.count(PLACE)
