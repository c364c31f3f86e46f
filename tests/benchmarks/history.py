"""A visitor's looks, marks, Delete, charts and caps, with few runs and with many: flat, or it grows with the record."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from sqlalchemy import insert, update

from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.images.storage.files import ImageFiles
from backend.money.caps import Caps
from backend.money.ledger import Budget
from backend.money.spending import bills, drift, seconds_by_size
from backend.record.boards import Boards
from backend.record.book import PromptBook
from backend.record.database.board_tables import boards
from backend.record.database.engine import open_database
from backend.record.database.search_words import table as prompts
from backend.record.database.search_words import words_of
from backend.record.database.tables import images, ledger, runs
from backend.record.history import History
from backend.record.search import Place, Search
from backend.record.store import Store
from tests.benchmarks.support.measure import Row, side_by_side

FEW, MANY = 1_000, 200_000
FLAT, MORE_MS, MOST_MS = 1.5, 5.0, 300.0
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
VISITOR = "visitor"
ADJECTIVES = ["red", "blue", "quiet"]
NOUNS = ["boat", "garden", "fox", "tower"]
ROUNDS = 41
LIMIT = 24
"""Runs a page, as the page asks for them; 1,000 runs fill one for each search, so that both sides read as much."""
MARKED = 30
"""So many are favourites, lie on a board and in the trash and were billed, of few runs and of many."""
BOARD = "b" * 16


def rows() -> Iterator[Row]:
    """Measure everything at 1,000 and at 200,000 runs."""
    with marked(FEW) as few, marked(MANY) as many:
        for what, page in _WORK.items():
            large, small = partial(page, many, MANY), partial(page, few, FEW)
            # By the processor's time, which other programs on the machine don't stretch.
            pair = side_by_side(large, small, rounds=ROUNDS, clock=time.process_time)
            shown = f"{pair.ours * 1000:.1f} ms : {pair.against * 1000:.1f} ms = {pair.ratio:.2f} ×"
            met = (pair.ratio <= FLAT or pair.more_ms <= MORE_MS) and pair.ours * 1000 < MOST_MS
            goal = f"≤ {FLAT:g} × (or +{MORE_MS:g} ms) and < {MOST_MS:g} ms"
            yield Row(f"history: {what}, {MANY:,} runs (processor time)", f"{FEW:,} runs", shown, goal, met)


def _look(history: History, search: Search) -> None:
    """Read what a look at the history reads."""
    found = history.page(VISITOR, search, limit=LIMIT).runs
    history.favourites(VISITOR, found)
    history.recoverable(VISITOR)
    if search.trash:
        history.storage(VISITOR)


def _leaf(history: History, middle: int, search: Search, *, again: bool = False) -> None:
    """Read what the page fetches while it scrolls; `again`: the same behind a change, down to where it ended."""
    first, last = (Place(BEGAN + timedelta(seconds=at), f"{at:032x}") for at in (middle, middle - LIMIT))
    history.leaf(VISITOR, search, limit=LIMIT, before=first, through=last if again else None)


def _delete(history: History) -> None:
    history.delete(VISITOR, [f"{7:032x}"])
    history.restore(VISITOR, [f"{7:032x}"])


def _standings(history: History) -> object:
    return Budget(history.store.engine, Caps(Decimal(1), Decimal(1))).standings(VISITOR)


_SEARCHES = {
    "a look": Search(),
    "two words": Search("blue boat"),
    "half a word": Search("gar"),
    "words that no prompt has": Search("quiet zebra"),
    "words before a day": Search("blue boat", until=BEGAN + timedelta(seconds=500)),
    "favourites": Search(favourites=True),
    "words in favourites": Search("boat", favourites=True),
    "the trash": Search(trash=True),
    "a board": Search(board=BOARD),
    "words on a board": Search("boat", board=BOARD),
    "words in the trash": Search("boat", trash=True),
    "a mode that was never used": Search(mode="outpaint"),
    "words in a backend never used": Search("boat", backend="runware"),
}

_WORK: dict[str, Callable[[History, int], object]] = {
    **{what: lambda history, _, search=search: _look(history, search) for what, search in _SEARCHES.items()},
    "a page from its middle": lambda history, count: history.page(VISITOR, limit=LIMIT, after=f"{count // 2:032x}"),
    "a leaf from its middle": lambda history, count: _leaf(history, count // 2, Search()),
    "a leaf of words from their middle": lambda history, count: _leaf(history, count // 2, Search("boat")),
    "the same leaf again": lambda history, count: _leaf(history, count // 2, Search("boat"), again=True),
    "the list of boards": lambda history, _: Boards(history.store).all(VISITOR),
    # As many runs on both sides; the page looks at 2,000.
    "the prompt book": lambda history, _: PromptBook(history).page([VISITOR], among=FEW),
    "Delete, and back": lambda history, _: _delete(history),
    "the charts' seconds and bills": lambda history, _: (
        seconds_by_size(history.store.engine, VISITOR, days=10_000),
        bills(history.store.engine, VISITOR),
    ),
    "how far bills were from estimates": lambda history, _: drift(history.store.engine, VISITOR, "fake"),
    "what is left under the caps": lambda history, _: _standings(history),
}


@contextmanager
def marked(count: int) -> Iterator[History]:
    """Yield a history with so many runs, the same number of which are marked; all stand in the ledger."""
    with filled(count) as history:
        for number in range(count // 2, count // 2 + MARKED):
            history.mark(VISITOR, f"{number:032x}", 0, favourite=True)
        history.delete(VISITOR, [f"{number:032x}" for number in range(count // 3, count // 3 + MARKED)])
        _gather(history, count // 2)
        bill = {"cost_kind": "billed", "estimate_usd": Decimal("0.001"), "cost_usd": Decimal("0.001")}
        with history.store.engine.begin() as connection:
            billed = runs.c.id.in_([f"{number:032x}" for number in range(MARKED)])
            connection.execute(update(runs).where(billed).values(bill))
            connection.execute(update(runs).values(seconds=1.0))
            connection.execute(insert(ledger), [_entry(number) for number in range(count)])
        yield history


def _gather(history: History, start: int) -> None:
    """Put a board with its pictures there, under an id that searches know."""
    with history.store.engine.begin() as connection:
        values = {"id": BOARD, "visitor": VISITOR, "name": "Boats", "created": BEGAN}
        connection.execute(insert(boards).values(values))
    Boards(history.store).add(VISITOR, BOARD, [(f"{number:032x}", 0) for number in range(start, start + MARKED)])


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


def _entry(number: int) -> dict[str, object]:
    paid = number < MARKED
    values = {"run_id": f"{number:032x}", "visitor": VISITOR, "backend": "fake", "created": datetime.now(UTC)}
    spent = {"reserved_usd": Decimal("0.001"), "settled_usd": Decimal("0.001")}
    return {**values, **spent, "payer": "house" if paid else "nobody", "state": "settled"}
