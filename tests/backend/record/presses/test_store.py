"""The queues in the record, on SQLite's file and on PostgreSQL: two processes on one record, each with its engine."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backend.domain.records import Run, RunImage
from backend.domain.requests import parse_request
from backend.record.database.engine import exclusively, open_database
from backend.record.presses.batches import Batch, Batches
from backend.record.presses.entries import BatchPlace, QueueEntry, Until
from backend.record.presses.store import RESTARTED, NotTaken, QueueStore
from backend.record.store import Store

REQUEST = parse_request({"mode": "image_to_image", "prompt": "a boat 船", "image": "a" * 64, "seed": 2**63 - 1})


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.system)])
def engines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Engine]]:
    address = request.getfixturevalue("empty_postgresql") if request.param == "postgresql" else None
    with ExitStack() as stack:
        opened = [open_database(tmp_path, address) for _ in range(2)]
        for engine in opened:
            stack.callback(engine.dispose)
        yield opened


def an_entry(visitor: str = "ann") -> QueueEntry:
    created = datetime.now(UTC).replace(microsecond=7)
    return QueueEntry(
        id=uuid.uuid4().hex, visitor=visitor, position=0, backend="fake", requests=(REQUEST,), created=created
    )


def taken(engine: Engine, entry: QueueEntry) -> Run | None:
    """Open a run for an entry; return None where it may not be taken."""
    run = Run(uuid.uuid4().hex, entry.visitor, "fake", REQUEST, "running", datetime.now(UTC))
    try:
        with exclusively(engine) as connection:
            Store(engine).add(run, connection=connection)
            QueueStore(engine).take(connection, run, entry)
    except NotTaken:
        return None
    return run


def test_what_was_added_is_read_again_to_the_last_digit(engines: list[Engine]) -> None:
    price, most = Decimal("0.001300001"), Until(7, Decimal("0.123456789"))
    given = replace(an_entry(), until=most, estimate_usd=price, room="r" * 32, own_key=True)
    added = QueueStore(engines[0]).add(given)
    assert added == replace(given, position=1)
    assert QueueStore(engines[0]).look("ann").entries == (added,)


def test_entries_change_places_and_come_back_to_theirs(engines: list[Engine]) -> None:
    queued = QueueStore(engines[0])
    one, two, three = (queued.add(an_entry()).id for _ in range(3))
    queued.move("ann", three, up=True)
    assert [entry.id for entry in queued.look("ann").waiting] == [one, three, two]
    assert queued.drop("ann", three) == 1
    assert queued.drop("ann") == 2
    assert ([entry.id for entry in queued.look("ann").waiting], queued.look("ann").dropped) == ([], 2)
    assert queued.undrop("ann") == 2
    assert [entry.id for entry in queued.look("ann").waiting] == [one, two]


def test_of_many_at_once_one_takes_an_entry_and_no_other_leaves_a_run(engines: list[Engine]) -> None:
    here, _ = engines
    entry = QueueStore(here).add(an_entry())
    with ThreadPoolExecutor(8) as pool:
        found = [run for run in pool.map(partial(taken, here), [entry] * 8) if run]
    (run,) = found
    assert [each.id for each in Store(here).runs("ann")] == [run.id]
    (now,) = QueueStore(here).look("ann").running
    assert (now.id, now.run_id, now.begun) == (entry.id, run.id, 1)


def test_another_process_takes_nothing_until_the_first_is_gone_and_it_is_resumed(engines: list[Engine]) -> None:
    here, there = engines
    entry, queued = QueueStore(here).add(an_entry()), QueueStore(there)
    queued.resume("ann")
    assert (queued.look("ann").elsewhere, taken(there, entry)) == (True, None)
    here.dispose()
    now = queued.look("ann")
    assert (now.paused, now.said, now.elsewhere, taken(there, entry)) == (True, RESTARTED, False, None)
    queued.resume("ann")
    assert taken(there, entry) is not None


def test_a_process_gives_up_its_own_queue_alone(engines: list[Engine]) -> None:
    here, there = map(QueueStore, engines)
    here.add(an_entry())
    assert not there.give_up("ann", "the page was closed")
    assert not here.look("ann").paused
    assert here.give_up("ann", "the page was closed")
    assert (there.look("ann").paused, there.look("ann").said) == (True, "the page was closed")


def test_what_another_has_drawn_to_its_end_is_taken_over_with_the_next_entry(engines: list[Engine]) -> None:
    here, there = map(QueueStore, engines)
    entry = here.add(an_entry())
    assert taken(here.engine, entry)
    behind = there.add(an_entry())
    assert there.look("ann").elsewhere, "what it draws is its own"
    (running,) = here.look("ann").running
    with exclusively(here.engine) as connection:
        assert here.close(connection, running, replace(running, state="done"))
    there.drop("ann", behind.id)
    assert not there.look("ann").elsewhere
    last = there.add(an_entry())
    assert (here.look("ann").elsewhere, taken(here.engine, last)) == (True, None)
    assert taken(there.engine, last)


def test_a_batch_is_added_whole_and_knows_the_runs_that_were_begun_for_it(engines: list[Engine]) -> None:
    here, there = engines
    queued, batch = QueueStore(here), Batch(uuid.uuid4().hex, "ann", "boats 船", 2, datetime.now(UTC))
    entries = [replace(an_entry(), place=BatchPlace(batch.id, number, f"line {number}")) for number in (1, 2)]
    added = queued.add_all(entries, batch)
    assert [entry.place for entry in queued.look("ann").waiting] == [entry.place for entry in entries]
    run = taken(here, added[0])
    assert run is not None
    image = RunImage(0, "b" * 64, "png", 64, 64, 1, Decimal("0.0013"))
    Store(here).add_image(run.id, image)
    usd = Decimal("0.001300001")
    Store(here).finish(replace(run, status="finished", images=(image,), cost_usd=usd, cost_kind="billed"))
    (stand,) = Batches(there).of("ann")
    assert replace(stand.batch, created=batch.created) == batch
    assert (stand.drawn, stand.costs, stand.unknown) == ({1}, {"billed": usd}, 0)
    assert [run_id for _, run_id in Batches(there).places("ann", batch.id)[1]] == [run.id]
    Batches(there).put_away("ann", batch.id)
    assert Batches(here).of("ann") == []
