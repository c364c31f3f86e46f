"""The history's first page and an old one, with few runs and with many: flat, or it grows with what nobody looks at."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from backend.requests import parse_request
from backend.runs.database import open_database
from backend.runs.store import Store
from backend.runs.tables import images, runs
from tests.benchmarks.measure import Row, side_by_side

FEW, MANY = 100, 100_000
FLAT, MOST_MS = 2.0, 300.0
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def rows() -> Iterator[Row]:
    """Measure a page of 20 runs at 100 and at 100,000 runs."""
    with filled(FEW) as few, filled(MANY) as many:
        yield _row("history: its first page", many, few, old=False)
        yield _row("history: a page from its middle", many, few, old=True)


def _row(what: str, many: Store, few: Store, *, old: bool) -> Row:
    def page(store: Store, count: int) -> object:
        before = store.run(f"{count // 2:032x}") if old else None
        return store.runs("visitor", before=before)

    pair = side_by_side(lambda: page(many, MANY), lambda: page(few, FEW))
    shown = f"{pair.ours * 1000:.1f} ms : {pair.against * 1000:.1f} ms = {pair.ratio:.2f} ×"
    met = pair.ratio <= FLAT and pair.ours * 1000 < MOST_MS
    return Row(f"{what}, {MANY:,} runs", f"{FEW} runs", shown, f"≤ {FLAT:g} × and < {MOST_MS:g} ms", met)


@contextmanager
def filled(count: int) -> Iterator[Store]:
    """Yield a store with so many runs of one visitor, an image each."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(Path(folder))
        with engine.begin() as connection:
            for start in range(0, count, 5_000):
                numbers = range(start, min(start + 5_000, count))
                connection.execute(insert(runs), [_run(number) for number in numbers])
                connection.execute(insert(images), [_image(number) for number in numbers])
        yield Store(engine)
        engine.dispose()


def _run(number: int) -> dict[str, object]:
    request = parse_request({"mode": "text_to_image", "prompt": f"boat number {number}", "seed": number})
    return {
        "id": f"{number:032x}",
        "visitor": "visitor",
        "backend": "fake",
        "mode": request.mode,
        "prompt": request.prompt,
        "request": request.model_dump_json(),
        "status": "finished",
        "created": BEGAN + timedelta(seconds=number),
        "cost_kind": "free",
        "provider_ids": {},
    }


def _image(number: int) -> dict[str, object]:
    sha256 = f"{number:064x}"
    size = {"width": 256, "height": 256}
    return {"run_id": f"{number:032x}", "position": 0, "sha256": sha256, "format": "png", "details": {}, **size}
