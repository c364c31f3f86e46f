"""A pytest plugin that ends a run by listing what it left out, and can count that as a failure."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

SENT = "left out"
COMMAND = "make test PYTEST_ARGS='-m \"{marker}\"'"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--no-skips`, for CI."""
    parser.addoption("--no-skips", action="store_true", help="a skipped test fails the run (but for tests of a GPU)")


def pytest_configure(config: pytest.Config) -> None:
    """Count what follows for this run alone."""
    config.pluginmanager.register(LeftOut(config), "left-out")


class LeftOut:
    """What one run skipped or didn't select."""

    def __init__(self, config: pytest.Config) -> None:
        self.strict = bool(config.getoption("--no-skips"))
        self.deselected: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.unexcused = 0

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Count a test under the markers that can have kept it out."""
        for item in items:
            markers = [name for name in ("slow", "system", "gpu") if item.get_closest_marker(name)]
            self.deselected[" or ".join(markers) or "not asked for"] += 1

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a skipped test under its reason; an expected failure is no skip."""
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        self._count(report.longrepr)
        # No installation step brings a GPU, or what builds containers and its rights: nothing is broken without them.
        self.unexcused += not {"gpu", "container"} & set(report.keywords)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Count a whole file that asked to be skipped."""
        if report.skipped:
            self._count(report.longrepr)
            self.unexcused += 1

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker of pytest-xdist left out; each of them was offered all tests."""
        self.deselected = Counter(getattr(node, "workeroutput", {}).get(SENT, self.deselected))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run that had to be complete and was not; a worker tells its controller what wasn't selected."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[SENT] = dict(self.deselected)
        if self.strict and self.unexcused and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """List it all, with the way to run it."""
        terminalreporter.section("left out", sep="-")
        for line in self.lines() or ["nothing"]:
            terminalreporter.write_line(line)

    def lines(self) -> list[str]:
        """Say what was left out, most frequent first."""
        skipped = [f"{count} skipped: {reason}" for reason, count in self.skipped.most_common()]
        deselected = [f"{count} {name}{_way_to_run(name)}" for name, count in self.deselected.most_common()]
        failing = [f"{self.unexcused} of these fail the run (--no-skips)"] if self.strict and self.unexcused else []
        return [*skipped, *deselected, *failing]

    def _count(self, reason: object) -> None:
        text = reason[-1] if isinstance(reason, tuple) else str(reason)
        self.skipped[str(text).removeprefix("Skipped: ")] += 1


def _way_to_run(name: str) -> str:
    return "" if name == "not asked for" else f": {COMMAND.format(marker=name)}"
