"""Two playgrounds on one PostgreSQL, each with an engine of its own."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.playground import Playground
from backend.recovery import recover
from backend.requests import parse_request
from backend.runs.budget import Budget
from backend.runs.database import open_database
from backend.runs.records import Run
from backend.runs.store import Store

pytestmark = pytest.mark.system

REQUEST = parse_request({"mode": "text_to_image", "prompt": "a boat", "seed": 7})


@pytest.fixture
def houses(playground: Playground, empty_postgresql: str, tmp_path: Path) -> Iterator[list[Playground]]:
    engines = [open_database(tmp_path, empty_postgresql) for _ in range(2)]
    yield [replace(playground, store=Store(engine), budget=Budget(engine)) for engine in engines]
    for engine in engines:
        engine.dispose()


def a_run(house: Playground) -> Run:
    run = Run(uuid.uuid4().hex, "ann", "fake", REQUEST, "running", datetime.now(UTC))
    with house.budget.transaction() as connection:
        house.budget.reserve(run, None, payer="nobody", connection=connection)
        house.store.add(run, connection=connection)
    return run


def test_a_playground_that_starts_leaves_the_runs_of_one_that_lives_alone(houses: list[Playground]) -> None:
    here, there = houses
    run = a_run(here)
    recover(there).join(10)
    assert here.store.run(run.id).status == "running"


def test_the_runs_of_one_that_is_gone_are_closed_by_the_next_to_start(houses: list[Playground]) -> None:
    here, there = houses
    run = a_run(here)
    here.store.engine.dispose()
    recover(there).join(10)
    assert there.store.run(run.id).status == "interrupted"


def test_what_one_has_taken_over_nobody_else_takes(
    houses: list[Playground], empty_postgresql: str, tmp_path: Path
) -> None:
    here, there = houses
    run = a_run(here)
    here.store.engine.dispose()
    third = open_database(tmp_path, empty_postgresql)
    assert there.store.take_over(run)
    assert not Store(third).take_over(run)
    third.dispose()
