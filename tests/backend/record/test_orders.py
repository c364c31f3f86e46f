"""Orders of programs: which of them a request repeats, on SQLite's file and on PostgreSQL."""

import dataclasses
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from backend.domain.errors import AskedOtherwise
from backend.domain.records import Run, RunImage
from backend.domain.requests import parse_request
from backend.record.database.engine import exclusively, open_database
from backend.record.database.tables import orders as table
from backend.record.orders import AlreadyOrdered, Claim, Orders
from backend.record.store import Store

REQUEST = parse_request({"mode": "text_to_image", "prompt": "a boat", "seed": 7})
IMAGE = RunImage(0, "a" * 64, "png", 64, 64, 7, Decimal("0.0013"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.system)])
def address(request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("empty_postgresql") if request.param == "postgresql" else None


@pytest.fixture
def engine(address: str | None, tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(tmp_path, address)
    yield engine
    engine.dispose()


@pytest.fixture
def other(engine: Engine, address: str | None, tmp_path: Path) -> Iterator[Engine]:
    """Open the same record as another playground does."""
    other = open_database(tmp_path, address)
    yield other
    other.dispose()


def claim(**values: Any) -> Claim:
    return Claim(**{"order_id": uuid.uuid4().hex, "caller": "ann", "what": "w" * 64, **values})


def opened(engine: Engine, asked: Claim, *, ago: timedelta = timedelta(), part: int = 0, parts: int = 1) -> Run:
    run = Run(uuid.uuid4().hex, "ann", "fake", REQUEST, "running", datetime.now(UTC) - ago)
    with exclusively(engine) as connection:
        Store(engine).add(run, connection=connection)
        Orders(engine).note(connection, run, asked, part, parts)
    return run


def ended(engine: Engine, run: Run, image: RunImage | None = IMAGE, **values: Any) -> None:
    if image:
        Store(engine).add_image(run.id, image)
    Store(engine).finish(dataclasses.replace(run, **{"status": "finished", "seconds": 1.0, **values}))


def test_a_new_request_repeats_nothing(engine: Engine) -> None:
    ended(engine, opened(engine, claim()))
    assert Orders(engine).find(claim()) is None
    assert Orders(engine).find(claim(retry=True, caller="bob")) is None
    assert Orders(engine).find(claim(retry=True, what="x" * 64)) is None
    assert Orders(engine).find(claim(retry=True, caller=None)) is None


def test_a_retry_gets_the_latest_and_before_it_one_whose_answer_was_lost(engine: Engine) -> None:
    orders, (first, second, third) = Orders(engine), (claim(), claim(), claim())
    for number, asked in enumerate((first, second, third)):
        ended(engine, opened(engine, asked, ago=timedelta(seconds=30 - number)))
    assert orders.find(claim(retry=True)) == third.order_id
    orders.lost(first.order_id)
    assert orders.find(claim(retry=True)) == first.order_id
    assert orders.find(claim(retry=True)) == third.order_id


def test_an_answer_that_was_lost_is_given_once(engine: Engine) -> None:
    orders, asked = Orders(engine), claim()
    ended(engine, opened(engine, asked))
    orders.lost(asked.order_id)
    assert [orders.find(claim()) for _ in range(2)] == [asked.order_id, None]


@pytest.mark.parametrize(
    ("ago", "found"), [(timedelta(minutes=9), True), (timedelta(minutes=11), False), (timedelta(days=2), False)]
)
def test_a_retry_finds_what_ended_within_ten_minutes(engine: Engine, ago: timedelta, found: bool) -> None:
    asked = claim()
    ended(engine, opened(engine, asked, ago=ago))
    assert (Orders(engine).find(claim(retry=True)) == asked.order_id) is found


def test_a_long_run_is_found_by_its_end_and_for_as_long_as_it_goes_on(engine: Engine) -> None:
    long, running = claim(), claim(what="x" * 64)
    ended(engine, opened(engine, long, ago=timedelta(minutes=30)), seconds=25 * 60.0)
    opened(engine, running, ago=timedelta(minutes=30))
    assert Orders(engine).find(claim(retry=True)) == long.order_id
    assert Orders(engine).find(claim(retry=True, what="x" * 64)) == running.order_id


def test_a_mark_stands_for_its_request_for_a_day_and_for_no_other(engine: Engine) -> None:
    orders, asked = Orders(engine), claim(mark="m")
    ended(engine, opened(engine, asked, ago=timedelta(hours=23)))
    assert orders.find(claim(mark="m")) == asked.order_id
    assert orders.find(claim(mark="n")) is None
    with pytest.raises(AskedOtherwise, match="Idempotency-Key"):
        orders.find(claim(mark="m", what="x" * 64))
    old = claim(mark="old")
    ended(engine, opened(engine, old, ago=timedelta(hours=25)))
    assert orders.find(claim(mark="old")) is None


Ending = Callable[[Engine, Run], None]


@pytest.mark.parametrize(
    ("ending", "held"),
    [
        (lambda engine, run: ended(engine, run, None, status="failed", billed="no"), False),
        (lambda engine, run: ended(engine, run, None, status="cancelled", cost_kind="free"), False),
        (lambda engine, run: ended(engine, run, status="cancelled", cost_kind="free"), False),
        (lambda engine, run: ended(engine, run, status="cancelled", cost_kind="billed"), True),
        (lambda engine, run: ended(engine, run, None, status="failed", billed="unknown"), True),
        (lambda engine, run: ended(engine, run, None, status="interrupted", billed="yes"), True),
        (lambda engine, run: ended(engine, run, status="partial", billed="no", cost_kind="free"), True),
    ],
)
def test_what_ended_with_nothing_and_without_a_bill_may_be_asked_anew(
    engine: Engine, ending: Ending, held: bool
) -> None:
    asked = claim(mark="m")
    ending(engine, opened(engine, asked))
    assert (Orders(engine).find(claim(mark="m")) == asked.order_id) is held
    if not held:
        opened(engine, claim(mark="m"))


def test_the_second_of_two_at_once_opens_nothing(engine: Engine) -> None:
    first = claim(mark="m")
    opened(engine, first)
    with pytest.raises(AlreadyOrdered) as already:
        opened(engine, claim(mark="m"))
    assert already.value.order_id == first.order_id
    assert len(Store(engine).runs("ann")) == 1


def test_an_order_knows_its_runs_and_how_many_they_become(engine: Engine) -> None:
    asked = claim(mark="m")
    runs = [opened(engine, asked, part=part, parts=3).id for part in range(2)]
    assert Orders(engine).runs(asked.order_id) == (tuple(runs), 3)
    assert Orders(engine).runs("f" * 32) == ((), 0)


def gone_with(engine: Engine, asked: Claim, **values: Any) -> None:
    """Let a process that is gone have had the order to answer."""
    with exclusively(engine) as connection:
        connection.execute(update(table).where(table.c.order_id == asked.order_id).values(process=2**61, **values))


def test_orders_that_went_on_when_their_process_ended_had_no_answer(engine: Engine) -> None:
    orders, running, older = Orders(engine), claim(), claim(what="x" * 64)
    opened(engine, running)
    gone_with(engine, running)
    run = opened(engine, older)
    gone_with(engine, older)
    with exclusively(engine) as connection:  # As in a record from before the process was noted.
        connection.execute(update(table).where(table.c.run_id == run.id).values(process=None))
    assert orders.find(claim()) == running.order_id
    orders.lost_with([run.id])
    assert orders.find(claim(what="x" * 64)) == older.order_id
    orders.lost_with([])


def test_a_paid_answer_that_was_not_through_when_its_process_ended_is_given_once(engine: Engine) -> None:
    orders, asked = Orders(engine), claim()
    run = opened(engine, asked)
    ended(engine, run, cost_kind="billed")
    assert orders.find(claim()) is None
    gone_with(engine, asked)
    assert [orders.find(claim()) for _ in range(2)] == [asked.order_id, None]
    gone_with(engine, asked)
    orders.lost_with([run.id])
    orders.delivered(asked.order_id)
    assert orders.find(claim()) is None


def test_who_was_given_a_lost_answer_has_to_hand_it_out(engine: Engine) -> None:
    orders, asked = Orders(engine), claim()
    ended(engine, opened(engine, asked), cost_kind="billed")
    orders.lost(asked.order_id)
    assert orders.find(claim()) == asked.order_id
    gone_with(engine, asked)
    assert orders.find(claim()) == asked.order_id
    orders.delivered(asked.order_id)
    assert orders.find(claim()) is None


def test_of_several_who_find_what_a_dead_process_left_one_gets_it(engine: Engine) -> None:
    asked = claim()
    ended(engine, opened(engine, asked), cost_kind="billed")
    gone_with(engine, asked)
    with ThreadPoolExecutor(4) as pool:
        found = [pool.submit(Orders(engine).find, claim()) for _ in range(4)]
    assert sorted(str(each.result()) for each in found) == sorted([asked.order_id, *["None"] * 3])


def test_an_order_is_elsewhere_while_a_playground_that_lives_has_it_to_answer(engine: Engine, other: Engine) -> None:
    asked, mine = claim(), claim(what="x" * 64)
    opened(other, asked)
    opened(engine, mine)
    here, there = Orders(engine), Orders(other)
    assert here.is_elsewhere(asked.order_id)
    assert not there.is_elsewhere(asked.order_id)
    assert (here.is_elsewhere(mine.order_id), there.is_elsewhere(mine.order_id)) == (False, True)
    assert not here.is_elsewhere("f" * 32)


def test_an_order_is_no_more_elsewhere_once_its_answer_is_through_or_lost(engine: Engine, other: Engine) -> None:
    here, there, (through, lost) = Orders(engine), Orders(other), (claim(), claim(what="x" * 64))
    for asked in (through, lost):
        opened(other, asked)
    there.delivered(through.order_id)
    there.lost(lost.order_id)
    assert not here.is_elsewhere(through.order_id)
    assert not here.is_elsewhere(lost.order_id)


def test_what_a_playground_had_to_answer_is_given_once_it_is_gone_and_not_before(engine: Engine, other: Engine) -> None:
    here, asked = Orders(engine), claim()
    ended(other, opened(other, asked), cost_kind="billed")
    assert here.find(claim()) is None
    other.dispose()
    assert not here.is_elsewhere(asked.order_id)
    assert [here.find(claim()) for _ in range(2)] == [asked.order_id, None]


def test_old_orders_are_forgotten(engine: Engine) -> None:
    orders, asked = Orders(engine), claim()
    opened(engine, asked, ago=timedelta(days=8))
    orders.forget(datetime.now(UTC) - timedelta(days=7))
    assert orders.runs(asked.order_id) == ((), 0)
