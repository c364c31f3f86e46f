"""The list that ends a run of the tests, seen in runs of small files of tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MARKERS = "[pytest]\nmarkers =\n    slow: x\n    system: x\n    gpu: x\n    container: x\n"
HEAD = "import pytest\n\ndef test_that_runs(): pass\n\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with settings of its own."""
    (tmp_path / "pytest.ini").write_text(MARKERS)
    return tmp_path


def run(folder: Path, tests: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_some.py").write_text(HEAD + tests)
    command = [sys.executable, "-m", "pytest", "-p", "tests.left_out", "-p", "no:cacheprovider", *options, str(folder)]
    # Of the plugins that are installed, those that are asked for: starting all of them takes longer than the tests.
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, check=False)


def test_a_complete_run_left_nothing_out(folder: Path) -> None:
    done = run(folder, "", "--no-skips")
    assert done.returncode == 0
    assert "nothing" in done.stdout.rpartition(" left out ")[2].splitlines()


def test_what_was_not_selected_is_listed_with_the_way_to_run_it(folder: Path) -> None:
    done = run(folder, "@pytest.mark.slow\ndef test_slow(): pass\n", "-m", "not slow")
    assert "1 slow: make test PYTEST_ARGS='-m \"slow\"'" in done.stdout


def test_workers_list_each_test_once(folder: Path) -> None:
    tests = "@pytest.mark.slow\ndef test_slow(): pass\n\ndef test_skips(): pytest.skip('no database here')\n"
    done = run(folder, tests, "-m", "not slow", "-p", "xdist", "-n", "2", "--no-skips")
    assert "1 slow: make test PYTEST_ARGS='-m \"slow\"'" in done.stdout
    assert "1 skipped: no database here" in done.stdout
    assert done.returncode == pytest.ExitCode.TESTS_FAILED


def test_a_skip_is_listed_with_its_reason_and_fails_only_where_nothing_may_be_skipped(folder: Path) -> None:
    skipped = "def test_skips(): pytest.skip('no database here')\n"
    done = run(folder, skipped)
    assert done.returncode == 0
    assert "1 skipped: no database here" in done.stdout
    strict = run(folder, skipped, "--no-skips")
    assert strict.returncode == pytest.ExitCode.TESTS_FAILED
    assert "1 of these fail the run (--no-skips)" in strict.stdout


def test_a_file_that_skips_itself_counts_too(folder: Path) -> None:
    assert run(folder, "pytest.skip('not on this system', allow_module_level=True)\n", "--no-skips").returncode != 0


def test_a_missing_gpu_or_builder_is_excused_aloud_and_an_expected_failure_is_no_skip(folder: Path) -> None:
    tests = (
        "@pytest.mark.gpu\ndef test_on_a_gpu(): pytest.skip('no GPU')\n\n"
        "@pytest.mark.container\ndef test_an_image(): pytest.skip('no builder')\n\n"
        "@pytest.mark.xfail\ndef test_known(): assert False\n"
    )
    done = run(folder, tests, "--no-skips")
    assert done.returncode == 0
    assert "1 skipped: no GPU" in done.stdout
    assert "1 skipped: no builder" in done.stdout
