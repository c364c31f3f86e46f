"""The history's pages and searches, with few runs and with many: flat, or it grows with what nobody looks at."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from backend.requests import parse_request
from backend.runs.database import open_database
from backend.runs.files import ImageFiles
from backend.runs.history import History, Search
from backend.runs.records import Run
from backend.runs.store import Store
from backend.runs.tables import images, runs
from backend.runs.words import table as prompts
from backend.runs.words import words_of
from tests.benchmarks.measure import Row, side_by_side

FEW, MANY = 100, 100_000
FLAT, MORE_MS, MOST_MS = 2.0, 5.0, 300.0
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
VISITOR = "visitor"
ADJECTIVES = ["red", "blue", "quiet"]
NOUNS = ["boat", "garden", "fox", "tower"]
ROUNDS = 41
LIMIT = 8
"""Runs a page: so many that 100 runs fill one for each search, and both sides read as much."""


def rows() -> Iterator[Row]:
    """Measure pages at 100 and at 100,000 runs."""
    with filled(FEW) as few, filled(MANY) as many:
        for what, page in _PAGES.items():
            pair = side_by_side(lambda page=page: page(many, MANY), lambda page=page: page(few, FEW), rounds=ROUNDS)  # type: ignore[misc]
            shown = f"{pair.ours * 1000:.1f} ms : {pair.against * 1000:.1f} ms = {pair.ratio:.2f} ×"
            met = (pair.ratio <= FLAT or pair.more_ms <= MORE_MS) and pair.ours * 1000 < MOST_MS
            goal = f"≤ {FLAT:g} × (or +{MORE_MS:g} ms) and < {MOST_MS:g} ms"
            yield Row(f"history: {what}, {MANY:,} runs", f"{FEW} runs", shown, goal, met)


_PAGES: dict[str, Callable[[History, int], object]] = {
    "its first page": lambda history, _: history.page(VISITOR, limit=LIMIT),
    "a page from its middle": lambda history, count: history.page(VISITOR, limit=LIMIT, after=f"{count // 2:032x}"),
    "two words": lambda history, _: history.page(VISITOR, Search(words="blue boat"), limit=LIMIT),
    "half a word": lambda history, _: history.page(VISITOR, Search(words="gar"), limit=LIMIT),
    "words that no prompt has": lambda history, _: history.page(VISITOR, Search(words="quiet zebra"), limit=LIMIT),
    "a mode that was never used": lambda history, _: history.page(VISITOR, Search(mode="outpaint"), limit=LIMIT),
    "words in a backend never used": lambda history, _: history.page(
        VISITOR, Search("boat", backend="runware"), limit=LIMIT
    ),
}


@contextmanager
def filled(count: int) -> Iterator[History]:
    """Yield a history with so many runs of one visitor, an image each."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(Path(folder))
        with engine.begin() as connection:
            for start in range(0, count, 5_000):
                numbers = range(start, min(start + 5_000, count))
                connection.execute(insert(runs), [_run(number) for number in numbers])
                connection.execute(insert(prompts), [words_of(_record(number)) for number in numbers])
                connection.execute(insert(images), [_image(number) for number in numbers])
        yield History(Store(engine), ImageFiles(Path(folder)))
        engine.dispose()


def _record(number: int) -> Run:
    first, noun = ADJECTIVES[number % len(ADJECTIVES)], NOUNS[number % len(NOUNS)]
    request = parse_request({"mode": "text_to_image", "prompt": f"a {first} {noun}, number {number}", "seed": number})
    return Run(f"{number:032x}", VISITOR, "fake", request, "finished", BEGAN + timedelta(seconds=number))


def _run(number: int) -> dict[str, object]:
    run = _record(number)
    of_request = {name: getattr(run.request, name) for name in ("mode", "prompt", "steps")}
    rest = {name: getattr(run, name) for name in ("id", "visitor", "backend", "status", "created")}
    return rest | of_request | {"request": run.request.model_dump_json(), "cost_kind": "free", "provider_ids": {}}


def _image(number: int) -> dict[str, object]:
    sha256 = f"{number:064x}"
    size = {"width": 256, "height": 256, "bytes": 1000}
    return {"run_id": f"{number:032x}", "position": 0, "sha256": sha256, "format": "png", "details": {}, **size}
