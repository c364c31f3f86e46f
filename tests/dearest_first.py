"""A pytest plugin that lets the files of tests which take longest go first, so that the workers end together.

pytest-xdist hands out files by their number of tests, and a single test of minutes would begin last of all.
"""

from collections.abc import Sequence

import pytest

SECONDS = {"timeout": 40.0, "browser": 4.0, "slow": 10.0, "system": 5.0}
"""What a test takes about by its markers, the first that it has; who asks for a time limit of its own is longest."""
OTHERWISE = 0.2
FILES = {
    "test_accessible.py": 10.0,
    "test_annotators.py": 1.0,
    "test_app.py": 55.0,
    "test_bad_inputs.py": 8.0,
    "test_compiling.py": 25.0,
    "test_cpu_builds.py": 4.0,
    "test_crashes.py": 2.0,
    "test_joining.py": 45.0,
    "test_kept_uploads.py": 6.0,
    "test_layouts.py": 8.0,
    "test_ledger_properties.py": 4.0,
    "test_model_parts.py": 1.8,
    "test_page.py": 1.5,
    "test_placement.py": 3.0,
    "test_reattaching.py": 10.0,
    "test_requirements.py": 1.6,
    "test_stages.py": 1.3,
}
"""What each test of a file takes about, by its name, where markers don't say so; as measured on two cores."""
FOLDERS = {"columns": 1.0}
"""The same for the files of a folder."""


@pytest.hookimpl(trylast=True)  # when all have their markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the files by what their tests take together; the tests of a file stay in their order."""
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(str(item.path), []).append(item)
    items[:] = [item for tests in sorted(files.values(), key=_seconds, reverse=True) for item in tests]


def _seconds(tests: Sequence[pytest.Item]) -> float:
    return sum(map(_of_one, tests))


def _of_one(test: pytest.Item) -> float:
    by_markers = next((seconds for name, seconds in SECONDS.items() if test.get_closest_marker(name)), OTHERWISE)
    return max(by_markers, FILES.get(test.path.name, 0.0), FOLDERS.get(test.path.parent.name, 0.0))
