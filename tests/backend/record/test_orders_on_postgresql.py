"""Orders and keys of programs on a real PostgreSQL: what two processes on one record see of each other."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import Engine

from backend.domain.errors import OverBudget
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.money.ledger import Budget
from backend.record.api_keys import ApiKeys
from backend.record.database.engine import write
from backend.record.orders import AlreadyOrdered, Claim, Orders
from backend.record.store import Store

pytestmark = pytest.mark.system

REQUEST = parse_request({"mode": "text_to_image", "prompt": "a boat", "seed": 7})


@pytest.fixture
def engine(postgresql_engine: Engine) -> Engine:
    return postgresql_engine


def a_run(visitor: str = "ann") -> Run:
    return Run(uuid.uuid4().hex, visitor, "fake", REQUEST, "running", datetime.now(UTC))


def opened(engine: Engine, asked: Claim) -> str:
    """Open a run for a claim; return the order that it became, its own or the one that was faster."""
    run = a_run()

    def begin(connection: object) -> None:
        Store(engine).add(run, connection=connection)  # type: ignore[arg-type]
        Orders(engine).note(connection, run, asked, 0, 1)  # type: ignore[arg-type]

    try:
        write(engine, begin, alone=True)
    except AlreadyOrdered as already:
        return already.order_id
    return asked.order_id


def test_of_many_at_once_with_one_mark_one_opens_a_run(engine: Engine) -> None:
    caller = uuid.uuid4().hex
    claims = [Claim(order_id=uuid.uuid4().hex, caller=caller, what="w" * 64, mark="m") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(partial(opened, engine), claims))
    (order_id,) = found
    assert len(Orders(engine).runs(order_id)[0]) == 1
    again = Claim(order_id=uuid.uuid4().hex, caller=caller, what="w" * 64, mark="m")
    assert Orders(engine).find(again) == order_id


def test_a_lost_answer_is_taken_by_one_of_many_at_once(engine: Engine) -> None:
    caller = uuid.uuid4().hex
    lost = opened(engine, Claim(order_id=uuid.uuid4().hex, caller=caller, what="w" * 64))
    Orders(engine).lost(lost)
    claims = [Claim(order_id=uuid.uuid4().hex, caller=caller, what="w" * 64) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(Orders(engine).find, claims))
    assert sorted(map(str, found)) == sorted([lost, *["None"] * 7])


def test_a_keys_cap_holds_in_all(engine: Engine) -> None:
    name = uuid.uuid4().hex
    key = ApiKeys(engine).new(name, Decimal("0.02"))
    known = ApiKeys(engine).found(key)
    assert known is not None
    budget = Budget(engine)
    for _ in range(2):
        run = a_run(known.visitor)
        budget.reserve(run, Decimal("0.01"))
        budget.settle(run.id, Decimal("0.01"))
    with pytest.raises(OverBudget, match="this key"):
        budget.reserve(a_run(known.visitor), Decimal("0.01"))
    ApiKeys(engine).revoke(name)
    assert ApiKeys(engine).found(key) is None
