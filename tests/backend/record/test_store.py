from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from backend.domain.errors import NotFound
from backend.domain.records import Run, RunImage
from backend.domain.requests import parse_request
from backend.playground import Playground
from backend.record.database.engine import open_database
from backend.record.store import Store

REQUEST = parse_request({"mode": "text_to_image", "prompt": "a boat", "seed": 2**63 - 1})
START = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_run(number: int, visitor: str = "visitor-1") -> Run:
    return Run(f"{number:032x}", visitor, "fake", REQUEST, "running", START + timedelta(seconds=number // 2))


def an_image(index: int = 0) -> RunImage:
    cost = Decimal("0.001300001")
    return RunImage(index, "a" * 64, "png", 64, 48, 2**63 - 1, cost, flagged=True, details={"uuid": "x"})


def test_what_was_written_is_read_again_to_the_last_digit(playground: Playground) -> None:
    playground.store.add(a_run(1))
    playground.store.add_image(a_run(1).id, an_image())
    found = playground.store.run(a_run(1).id)
    assert found.images == (an_image(),)
    assert found.request == REQUEST
    assert found.created == START


def test_it_survives_a_restart(playground: Playground) -> None:
    playground.store.add(a_run(1))
    again = Store(open_database(playground.settings.data))
    assert again.run(a_run(1).id) == a_run(1)
    again.engine.dispose()


def test_the_same_image_twice_is_one(playground: Playground) -> None:
    playground.store.add(a_run(1))
    for _ in range(2):
        playground.store.add_image(a_run(1).id, an_image())
    assert len(playground.store.run(a_run(1).id).images) == 1


def test_pages_follow_one_another_without_a_gap_or_a_repeat(playground: Playground) -> None:
    for number in range(10):
        playground.store.add(a_run(number))
    pages: list[Run] = []
    while page := playground.store.runs("visitor-1", limit=3, before=pages[-1] if pages else None):
        pages += page
    assert [run.id for run in pages] == [a_run(number).id for number in reversed(range(10))]


def test_one_visitor_never_sees_anothers_runs(playground: Playground) -> None:
    playground.store.add(a_run(1, "somebody else"))
    assert playground.store.runs("visitor-1") == []
    with pytest.raises(NotFound):
        playground.store.run(a_run(1).id, "visitor-1")


def test_runs_that_were_left_running_are_found(playground: Playground) -> None:
    playground.store.add(a_run(1))
    assert [run.id for run in playground.store.unfinished()] == [a_run(1).id]
