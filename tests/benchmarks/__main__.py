"""`make bench`: the benchmark tables.

ARGS="history door" measures only these, ARGS=--write keeps them in docs/, ARGS="--against COMMIT" measures this tree
beside that one.
"""

import argparse
import importlib
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.support.measure import Row

TOPICS = (
    *("start", "page", "looks", "grid", "first_image", "local", "redraw", "results", "history", "restore"),
    *("door", "visitors", "programs", "provider"),
)
PAGE = Path("docs/benchmarks.md")
WHOLE = "## All of them"
"""What stands above it on the page is kept."""
HEAD = "| what | against | measured | goal | |\n| --- | --- | --- | --- | --- |"


def main(arguments: Sequence[str]) -> int:
    """Measure and print; the exit code is 1 where a goal was missed."""
    parser = argparse.ArgumentParser(prog="make bench", description="Ratios measured side by side in one run.")
    parser.add_argument("topics", nargs="*", metavar="topic", help=f"of {', '.join(TOPICS)}; all when none is named")
    parser.add_argument("--write", action="store_true", help=f"keep the table in {PAGE}")
    parser.add_argument("--against", metavar="COMMIT", help="lay that commit beside this one and measure both in turns")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.topics) - set(TOPICS)
    if unknown:
        parser.error(f"no topic {', '.join(sorted(unknown))}: choose from {', '.join(TOPICS)}")
    if chosen.against and (chosen.topics or chosen.write):
        parser.error("--against measures what it has, which isn't kept: leave topics and --write out")
    print(HEAD, flush=True)
    found = list(_against(chosen.against) if chosen.against else _shown(chosen.topics or TOPICS))
    if chosen.write:
        _write(found)
    return 0 if all(row.met for row in found) else 1


def _shown(topics: Sequence[str]) -> Iterator[Row]:
    for topic in topics:
        for row in importlib.import_module(f"tests.benchmarks.{topic}").rows():
            print(_line(row), flush=True)
            yield row


def _against(commit: str) -> Iterator[Row]:
    from tests.benchmarks.against import rows

    for row in rows(commit):
        print(_line(row), flush=True)
        yield row


def _line(row: Row) -> str:
    return f"| {row.what} | {row.against} | {row.measured} | {row.goal} | {'met' if row.met else '**missed**'} |"


def _write(found: Sequence[Row]) -> None:
    when = f"{datetime.now(UTC):%Y-%m-%d}"
    machine = f"{platform.system()} {platform.machine()}, {_cores()} cores, Python {platform.python_version()}"
    table = "\n".join([HEAD, *map(_line, found)])
    kept = PAGE.read_text(encoding="utf-8").partition(WHOLE)[0]
    text = f"{kept}{WHOLE}\n\n{when}, {machine}, by `make bench ARGS=--write`.\n\n{table}\n"
    PAGE.write_text(text, encoding="utf-8")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
