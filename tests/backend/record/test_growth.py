"""What a look, a mark, Delete and a cap cost with many runs, counted in steps of the database: as with few."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, update

from backend.money.caps import Caps
from backend.money.ledger import Budget
from backend.money.spending import bills, drift, seconds_by_size
from backend.record.boards import Boards
from backend.record.database.tables import ledger, runs
from backend.record.history import History
from backend.record.search import Place, Search
from tests.benchmarks.history import VISITOR, filled

FEW, MANY = 300, 6_000
MARKED = 20
NOW = datetime.now(UTC)


class Steps:
    """Counts the steps of SQLite's machine on every connection of an engine."""

    def __init__(self, engine: Engine) -> None:
        self.taken = 0
        event.listen(engine, "checkout", self._watch)

    def of(self, work: Callable[[], object]) -> int:
        """Return the steps of one call, after one that isn't counted."""
        work()
        self.taken = 0
        work()
        return self.taken

    def _watch(self, connection: Any, *_: object) -> None:
        connection.set_progress_handler(self._count, 1)

    def _count(self) -> int:
        self.taken += 1
        return 0


@contextmanager
def record(count: int) -> Iterator[History]:
    """Yield a record with so many runs, of which as many as ever are favourites, deleted, left open or billed."""
    with filled(count) as history:
        few = [f"{number:032x}" for number in range(count - 100, count, 100 // MARKED)]
        for run_id in few:
            history.mark(VISITOR, run_id, 0, favourite=True)
        board = Boards(history.store).make(VISITOR, "Boats")
        Boards(history.store).add(VISITOR, board.id, [(run_id, 0) for run_id in few])
        history.delete(VISITOR, [f"{number:032x}" for number in range(count // 2, count // 2 + MARKED)])
        billed = {"cost_kind": "billed", "estimate_usd": Decimal("0.001"), "cost_usd": Decimal("0.001")}
        with history.store.engine.begin() as connection:
            connection.execute(update(runs).where(runs.c.id.in_(few[:10])).values(billed="unknown", **billed))
            connection.execute(update(runs).values(seconds=1.0))
            connection.execute(insert(ledger), [_entry(number, count) for number in range(count)])
        yield history


def _entry(number: int, count: int) -> dict[str, object]:
    paid = number >= count - MARKED
    spent = {"state": "settled", "reserved_usd": Decimal("0.001"), "settled_usd": Decimal("0.001")}
    whose = {"visitor": VISITOR, "address": "home", "room": "room", "payer": "house" if paid else "nobody"}
    return {"run_id": f"{number:032x}", "backend": "fake", "created": NOW, **whose, **spent}


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[History, History]]:
    with record(FEW) as few, record(MANY) as many:
        yield few, many


def _deleted_and_back(history: History) -> None:
    history.delete(VISITOR, [f"{7:032x}"])
    history.restore(VISITOR, [f"{7:032x}"])


def _board(history: History, words: str = "") -> object:
    (board,) = Boards(history.store).all(VISITOR)
    return history.page(VISITOR, Search(words, board=board.id))


def _leaf(history: History, words: str = "") -> object:
    """Return what is fetched again of a leaf in the middle of the newest runs, which are as many on both sides."""
    first, *_, last = history.page(VISITOR, Search(words)).runs
    places = {"before": Place(first.created, first.id), "through": Place(last.created, last.id)}
    return history.leaf(VISITOR, Search(words), limit=96, **places)


def _standings(history: History) -> object:
    caps = Caps(visitor=Decimal(1), house=Decimal(1), room=Decimal(1))
    return Budget(history.store.engine, caps).standings(VISITOR, room="room", address="home")


WORK: dict[str, Callable[[History], object]] = {
    "the first page": lambda history: history.page(VISITOR),
    "favourites": lambda history: history.page(VISITOR, Search(favourites=True)),
    "words in favourites": lambda history: history.page(VISITOR, Search("17", favourites=True)),
    "a board": _board,
    "words on a board": lambda history: _board(history, "17"),
    "a leaf": _leaf,
    "a leaf of words": lambda history: _leaf(history, "a boat"),
    "the trash": lambda history: history.page(VISITOR, Search(trash=True)),
    "words in the trash": lambda history: history.page(VISITOR, Search("17", trash=True)),
    "words on an old day": lambda history: history.page(
        VISITOR, Search("a boat", until=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=30))
    ),
    "what can be recovered": lambda history: history.recoverable(VISITOR),
    "what is stored": lambda history: history.storage(VISITOR),
    "Delete": _deleted_and_back,
    "the trash cleared out": lambda history: history.clear_out(),
    "bills": lambda history: bills(history.store.engine, VISITOR),
    "drift": lambda history: drift(history.store.engine, VISITOR, "fake"),
    "seconds by size": lambda history: seconds_by_size(history.store.engine, VISITOR, limit=200, days=10_000),
    "the caps": _standings,
    "an empty trash emptied": lambda history: history.empty_trash(VISITOR),
}
"""The last one takes the trash away from whatever would come behind it."""


@pytest.mark.parametrize("what", WORK)
def test_it_costs_no_more_steps_with_twenty_times_the_runs(both: tuple[History, History], what: str) -> None:
    few, many = (Steps(history.store.engine).of(lambda history=history: WORK[what](history)) for history in both)
    assert many <= 2 * few + 100, f"{what}: {few} steps with {FEW} runs, {many} with {MANY}"
