"""Two playgrounds on one record, each with an engine of its own: on SQLite's file, and on PostgreSQL."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from backend.domain.errors import NotFound
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.generation.recovery import recover
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.record.database.engine import open_database
from backend.record.database.processes import renew
from backend.record.database.tables import carriers
from backend.record.store import Store

REQUEST = parse_request({"mode": "text_to_image", "prompt": "a boat", "seed": 7})


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.system)])
def address(request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("empty_postgresql") if request.param == "postgresql" else None


@pytest.fixture
def houses(playground: Playground, address: str | None, tmp_path: Path) -> Iterator[list[Playground]]:
    engines = [open_database(tmp_path / "shared", address) for _ in range(3)]
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
    here, there, _ = houses
    run = a_run(here)
    recover(there).join(60)
    assert here.store.run(run.id).status == "running"


def test_the_runs_of_one_that_is_gone_are_closed_by_the_next_to_start(houses: list[Playground]) -> None:
    here, there, _ = houses
    run = a_run(here)
    here.store.engine.dispose()
    recover(there).join(60)
    assert there.store.run(run.id).status == "interrupted"


def test_what_one_has_taken_over_nobody_else_takes(houses: list[Playground]) -> None:
    here, there, third = houses
    run = a_run(here)
    here.store.engine.dispose()
    assert there.store.take_over() == [run.id]
    assert third.store.take_over() == there.store.take_over() == []


def test_a_playground_takes_nothing_of_its_own(houses: list[Playground]) -> None:
    here, there, _ = houses
    run = a_run(here)
    recover(here).join(60)
    assert there.store.run(run.id).status == "running"


def test_of_two_that_look_at_once_one_takes_what_was_left(houses: list[Playground]) -> None:
    here, *others = houses
    left = {a_run(here).id for _ in range(5)}
    here.store.engine.dispose()
    with ThreadPoolExecutor() as threads:
        taken = [run_id for each in threads.map(lambda house: house.store.take_over(), others) for run_id in each]
    assert sorted(taken) == sorted(left)


def test_nobody_carries_a_run_that_has_ended(houses: list[Playground]) -> None:
    here, _, _ = houses
    run = a_run(here)
    here.store.finish(replace(run, status="finished"))
    with here.store.engine.connect() as connection:
        assert connection.execute(select(carriers)).all() == []


def test_what_another_brings_home_is_not_brought_home_twice(houses: list[Playground]) -> None:
    here, there, _ = houses
    run = a_run(here)
    with pytest.raises(NotFound, match="being brought home"):
        there.store.reopen(run.id)
    here.store.finish(replace(run, status="partial", billed="unknown"))
    assert there.store.reopen(run.id).status == "running"
    with pytest.raises(NotFound, match="being brought home"):
        here.store.reopen(run.id)


@pytest.mark.system
def test_a_connection_that_broke_is_made_anew_and_says_again_that_its_playground_lives(
    playground: Playground, empty_postgresql: str, tmp_path: Path
) -> None:
    here, there = (open_database(tmp_path, empty_postgresql) for _ in range(2))
    house = replace(playground, store=Store(here), budget=Budget(here))
    run = a_run(house)
    with there.begin() as connection:
        mine = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid() "
        number = connection.scalar(select(carriers.c.process))
        connection.execute(text(mine + "AND ((classid::bigint << 32) | objid::bigint) = :number"), {"number": number})
    renew(here)
    renew(here)
    assert Store(there).take_over() == []
    assert house.store.run(run.id).status == "running"
    here.dispose()
    assert Store(there).take_over() == [run.id]
    there.dispose()
