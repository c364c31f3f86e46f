"""The order of files in which the workers end together, seen in runs of small files of tests."""

import os
import subprocess
import sys
from pathlib import Path

from tests import dearest_first

ROOT = Path(__file__).parents[1]
FILES = {
    "test_a_many": "def test_one(): pass\n\ndef test_two(): pass\n\ndef test_three(): pass\n",
    "test_b_slow": "import pytest\n\n@pytest.mark.slow\ndef test_long(): pass\n",
    "test_c_limit": "import pytest\n\n@pytest.mark.slow\n@pytest.mark.timeout(300)\ndef test_longest(): pass\n",
}


def test_what_was_measured_is_there() -> None:
    there = {path.name for path in (ROOT / "tests").rglob("*") if path.name in dearest_first.FILES or path.is_dir()}
    assert {*dearest_first.FILES, *dearest_first.FOLDERS} - there == set()


def run(folder: Path, *options: str) -> list[str]:
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    slow: x\n    timeout: x\n")
    for name, tests in FILES.items():
        (folder / f"{name}.py").write_text(tests)
    command = [sys.executable, "-m", "pytest", "-p", "tests.dearest_first", "-p", "no:cacheprovider", *options]
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [*command, "-v", str(folder)], cwd=ROOT, env=alone, capture_output=True, text=True, check=True
    )
    return [line.split("::")[1].split()[0] for line in done.stdout.splitlines() if "::" in line and "PASSED" in line]


def test_files_go_by_what_their_tests_take_together_and_keep_their_own_order(tmp_path: Path) -> None:
    assert run(tmp_path) == ["test_longest", "test_long", "test_one", "test_two", "test_three"]


def test_what_is_not_selected_counts_for_nothing(tmp_path: Path) -> None:
    assert run(tmp_path, "-m", "not slow") == ["test_one", "test_two", "test_three"]
