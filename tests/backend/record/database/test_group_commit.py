import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from backend.domain.errors import OverBudget, RecordBusy, StorageFull
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.money.caps import Caps
from backend.money.ledger import Budget
from backend.record.database.engine import open_database, writing
from backend.record.database.group_commit import GroupCommit

PRICE = Decimal("0.10")
REQUEST = parse_request({"mode": "text_to_image", "prompt": "a boat", "seed": 1})


class Turnstile:
    """A lock that says when somebody comes to wait at it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.came = threading.Semaphore(0)

    def __enter__(self) -> None:
        self.came.release()
        self.lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.lock.release()


class House:
    """A ledger whose cap holds three prices, and threads that reserve one each at the same moment."""

    def __init__(self, engine: Engine) -> None:
        self.budget = Budget(engine, Caps(house=3 * PRICE))
        self.turnstile = Turnstile()
        self.group = GroupCommit(self.turnstile, partial(writing, engine))
        self.commits = 0
        event.listen(engine, "commit", self._count)

    def _count(self, _connection: Connection) -> None:
        self.commits += 1

    def reserve(self, number: int, connection: Connection) -> int:
        run = Run(f"{number:032x}", f"visitor-{number}", "fake", REQUEST, "running", datetime.now(UTC))
        self.budget.reserve(run, PRICE, connection=connection)
        return number

    def at_once(self, works: list[Callable[[Connection], int]]) -> list[Future[int]]:
        """Let all of them wait for their turn before the first has it."""
        with ThreadPoolExecutor(len(works)) as threads:
            with self.turnstile.lock:
                asked = [threads.submit(self.group.write, work) for work in works]
                for _ in works:
                    assert self.turnstile.came.acquire(timeout=30)
            return asked


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(tmp_path)
    yield engine
    engine.dispose()


def test_what_waits_together_is_committed_together(engine: Engine) -> None:
    house = House(engine)
    asked = house.at_once([partial(house.reserve, number) for number in range(3)])
    assert [each.result() for each in asked] == [0, 1, 2]
    assert house.commits == 1
    assert all(house.budget.entry(f"{number:032x}") for number in range(3))


def test_who_is_alone_waits_for_nobody(engine: Engine) -> None:
    house = House(engine)
    assert house.group.write(partial(house.reserve, 7)) == 7
    assert house.commits == 1


def test_a_refusal_is_heard_by_its_own_thread_and_takes_no_other_along(engine: Engine) -> None:
    house = House(engine)
    asked = house.at_once([partial(house.reserve, number) for number in range(5)])
    refused = [number for number, each in enumerate(asked) if isinstance(each.exception(), OverBudget)]
    assert len(refused) == 2
    kept = [number for number in range(5) if house.budget.entry(f"{number:032x}")]
    assert sorted(kept + refused) == [0, 1, 2, 3, 4]


def test_a_refused_one_keeps_nothing_of_what_it_wrote_before(engine: Engine) -> None:
    house = House(engine)

    def reserve_then_break(connection: Connection) -> int:
        house.reserve(1, connection)
        raise KeyError("broken")

    asked = house.at_once([partial(house.reserve, 0), reserve_then_break])
    assert asked[0].result() == 0
    assert isinstance(asked[1].exception(), KeyError)
    assert house.budget.entry(f"{0:032x}")
    assert house.budget.entry(f"{1:032x}") is None


def test_a_full_disk_is_told_to_everyone_and_nothing_is_said_to_be_kept(engine: Engine) -> None:
    house = House(engine)

    def full(_connection: Connection) -> None:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("database or disk is full"))

    event.listen(engine, "commit", full)
    asked = house.at_once([partial(house.reserve, number) for number in range(3)])
    assert all(isinstance(each.exception(), StorageFull) for each in asked)
    event.remove(engine, "commit", full)
    assert not any(house.budget.entry(f"{number:032x}") for number in range(3))


def test_a_thread_that_is_ended_while_it_writes_leaves_nobody_waiting(engine: Engine) -> None:
    house = House(engine)

    def ended(_connection: Connection) -> int:
        raise SystemExit

    asked = house.at_once([ended, partial(house.reserve, 1)])
    assert isinstance(asked[0].exception(timeout=30), SystemExit)
    assert asked[1].result(timeout=30) == 1


def test_a_locked_database_is_waited_for_once_by_all_who_wait_together(engine: Engine) -> None:
    house, begun = House(engine), []

    @contextmanager
    def locked() -> Iterator[Connection]:
        begun.append(1)
        raise RecordBusy("the record is locked")
        yield

    house.group = GroupCommit(house.turnstile, locked)
    asked = house.at_once([partial(house.reserve, number) for number in range(3)])
    assert all(isinstance(each.exception(), RecordBusy) for each in asked)
    assert len(begun) == 1
