"""A pytest plugin that lets the files of tests which take longest go first, so that the workers end together.

pytest-xdist hands out files by their number of tests, and a single test of minutes would begin last of all.
"""

from collections.abc import Sequence

import pytest

SECONDS = {"timeout": 40.0, "slow": 10.0, "system": 5.0, "browser": 4.0}
"""What a test takes about by its markers, the dearest first; who asks for a time limit of its own is longest."""
OTHERWISE = 0.2


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
    return next((seconds for name, seconds in SECONDS.items() if test.get_closest_marker(name)), OTHERWISE)
