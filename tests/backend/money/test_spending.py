from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from backend.domain.records import Run, RunImage
from backend.domain.requests import parse_request
from backend.money.spending import Drift, bills, drift, seconds_by_size, spend_by_day
from backend.playground import Playground

NOW = datetime.now(UTC)


def record(playground: Playground, number: int, images: int = 1, **changes: Any) -> Run:
    request = parse_request({"mode": "text_to_image", "prompt": "a boat", "steps": 8})
    run = replace(Run(f"{number:032x}", "me", "runware", request, "finished", NOW, cost_kind="billed"), **changes)
    playground.budget.reserve(run, Decimal("0.01"))
    playground.store.add(run)
    playground.store.finish(run)
    for index in range(images):
        playground.store.add_image(run.id, RunImage(index, "a" * 64, "png", 64, 48, 7, run.cost_usd))
    return run


def test_spend_is_summed_exactly_and_unknown_is_counted_apart(playground: Playground) -> None:
    for number in range(3):
        playground.budget.settle(record(playground, number).id, Decimal("0.001300001"))
    playground.budget.hold(record(playground, 3).id)
    playground.budget.release(record(playground, 4).id)
    playground.budget.settle(record(playground, 5, visitor="somebody else").id, Decimal(1))
    (spend,) = spend_by_day(playground.store.engine, "me")
    assert (spend.day, spend.backend) == (datetime.now(UTC).date(), "runware")
    assert (spend.usd, spend.runs, spend.unknown) == (Decimal("0.003900003"), 4, 1)


def test_seconds_are_of_one_image(playground: Playground) -> None:
    record(playground, 1, images=1, seconds=2.0)
    record(playground, 2, images=4, seconds=16.0)
    record(playground, 3, seconds=900.0, status="failed")
    record(playground, 4, seconds=900.0, created=NOW - timedelta(days=40))
    (speed,) = seconds_by_size(playground.store.engine, "me")
    assert (speed.backend, speed.width, speed.height, speed.steps) == ("runware", 64, 48, 8)
    assert (speed.seconds, speed.runs) == (3.0, 2)


def test_an_estimate_stands_beside_its_bill(playground: Playground) -> None:
    record(playground, 1, estimate_usd=Decimal("0.0013"), cost_usd=Decimal("0.0014"))
    record(playground, 2, estimate_usd=Decimal("0.0013"), cost_usd=None, cost_kind="unknown")
    record(playground, 3, estimate_usd=Decimal(0), cost_usd=Decimal(0), cost_kind="free")
    (bill,) = bills(playground.store.engine, "me")
    assert (bill.estimate_usd, bill.cost_usd) == (Decimal("0.0013"), Decimal("0.0014"))


def test_drift_is_the_median_of_bill_over_estimate_of_ones_own_runs(playground: Playground) -> None:
    engine = playground.store.engine
    assert drift(engine, "me", "runware") is None
    for number, bill in enumerate(("0.001", "0.002", "0.006")):
        record(playground, number, estimate_usd=Decimal("0.002"), cost_usd=Decimal(bill))
    record(playground, 3, estimate_usd=Decimal("0.002"), cost_usd=Decimal(9), visitor="somebody else")
    record(playground, 4, estimate_usd=Decimal("0.002"), cost_usd=Decimal(9), backend="modelrunner")
    record(playground, 5, estimate_usd=Decimal("0.002"), cost_usd=None, cost_kind="unknown")
    record(playground, 6, estimate_usd=Decimal("0.002"), cost_usd=Decimal(9), status="partial")
    assert drift(engine, "me", "runware") == Drift(median=1.0, runs=3)
