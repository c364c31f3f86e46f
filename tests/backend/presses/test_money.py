"""Caps, keys and reservations of what waits: the house is charged for what was drawn, and for nothing else."""

import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.domain.caller import Caller
from backend.playground import Playground
from backend.record.database.tables import ledger
from backend.record.presses.entries import Until
from tests.backend.presses.conftest import Scene, scene_of, until
from tests.backend.strangers import shared

BILL = Decimal("0.0013")
MOST = 3 * BILL
"""What the fake reserves for an image."""
OWN = "own-key-of-ann"


@pytest.fixture
def scene(playground: Playground) -> Iterator[Scene]:
    """Return queues on a public page, whose visitors may have 10 runs' reservations each."""
    made = scene_of(shared(playground, visitor_cap_usd=10 * MOST, daily_cap_usd=Decimal(5)))
    yield made
    made.pages.close()


def paid(scene: Scene, caller: Caller, prompt: str = "a boat", *, upto: Until | None = None, **more: Any) -> str:
    options = {"provider": True, **more.pop("options", {})}
    return scene.add(caller, prompt, upto, options=options, **more).id


def spent(scene: Scene) -> Decimal:
    with scene.playground.store.engine.connect() as connection:
        return connection.scalar(select(func.sum(ledger.c.settled_usd))) or Decimal(0)


def with_key(scene: Scene, caller: Caller) -> Caller:
    scene.playground.callers.keys.put((caller.visitor, caller.page or ""), "fake", OWN)
    return scene.playground.callers.again(caller)


def test_what_was_drawn_is_what_the_ledger_settled(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        for number in range(4):
            paid(scene, ann, f"boat {number}")
    scene.at_rest(ann)
    bills = sum((run.cost_usd or Decimal(0) for run in scene.runs()), Decimal(0))
    assert (len(scene.drawn()), bills, spent(scene), scene.reserved()) == (4, 4 * BILL, 4 * BILL, [])


def test_money_lies_ready_for_the_running_entry_and_the_next_alone(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        paid(scene, ann, "one", options={"seconds": 60}, steps=50)
        two, three = paid(scene, ann, "two"), paid(scene, ann, "three")
    until(lambda: scene.queues.look(ann).queue.running)
    until(lambda: len(scene.reserved()) == 2)
    (run,) = scene.runs()
    assert set(scene.reserved()) == {run.id, two}
    scene.queues.move(ann, three, up=True)
    assert set(scene.reserved()) == {run.id, three}
    scene.queues.remove(ann, three)
    assert set(scene.reserved()) == {run.id, two}
    scene.queues.pause(ann)
    assert scene.reserved() == [run.id]
    scene.queues.resume(ann)
    assert set(scene.reserved()) == {run.id, two}
    scene.queues.empty(ann)
    assert scene.reserved() == [run.id]
    scene.playground.live.stop(ann)


def test_a_cap_that_is_reached_pauses_in_words_and_what_waits_stays(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        paid(scene, ann, "one", count=8)
        paid(scene, ann, "two", count=8)
        paid(scene, ann, "three")
    scene.at_rest(ann)
    now = scene.queues.look(ann).queue
    assert (scene.drawn(), scene.waiting(ann), now.paused) == (["one"], ["two", "three"], True)
    assert "is left" in str(now.said)
    assert "Paste a key of your own" in str(now.said)
    assert scene.reserved() == []


def test_after_a_cap_a_key_of_ones_own_leads_on(scene: Scene) -> None:
    ann = scene.page()
    paid(scene, ann, "one", count=11)
    scene.at_rest(ann)
    assert scene.queues.look(ann).queue.paused
    scene.queues.resume(with_key(scene, ann))
    scene.at_rest(ann)
    (run,) = scene.runs()
    assert scene.playground.budget.payer(run.id) == "visitor"


def test_what_an_own_key_is_to_pay_waits_for_it_and_never_falls_to_the_servers(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        paid(scene, with_key(scene, ann), "on my key")
        scene.playground.callers.keys.forget(("ann", "page-1"))
        paid(scene, ann, "on the server's")
    scene.at_rest(ann)
    assert (scene.drawn(), scene.waiting(ann)) == (["on the server's"], ["on my key"])
    now = scene.queues.look(ann).queue
    assert "your own key for Fake provider, which isn't here: paste it, then resume" in str(now.said)
    scene.queues.resume(with_key(scene, ann))
    scene.at_rest(ann)
    assert scene.drawn() == ["on the server's", "on my key"]
    assert [scene.playground.budget.payer(run.id) for run in scene.runs()] == ["house", "visitor"]


def test_the_key_of_another_tab_pays_what_was_added_on_it(scene: Scene) -> None:
    ann, other = scene.page(), scene.page(page="page-2")
    with scene.meanwhile(ann):
        paid(scene, with_key(scene, other))
    scene.at_rest(ann)
    assert [scene.playground.budget.payer(run.id) for run in scene.runs()] == ["visitor"]


def test_no_key_is_in_the_record(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        paid(scene, with_key(scene, ann))
        for file in scene.playground.settings.data.rglob("playground.db*"):
            assert OWN.encode() not in file.read_bytes()
        scene.queues.empty(ann)


def test_until_it_is_stopped_never_costs_more_than_its_cap(scene: Scene) -> None:
    ann = scene.page()
    paid(scene, ann, upto=Until(100, MOST + 2 * BILL))
    scene.at_rest(ann)
    assert len(scene.drawn()) == 3
    (entry,) = scene.queues.look(ann).queue.entries
    assert (entry.state, entry.spent_usd) == ("done", 3 * BILL)
    assert "It has made 3 images; one run more may cost up to $0.0039, and $0.0026 of its $0.0065" in str(entry.said)


def test_a_bill_that_nobody_knows_counts_as_reserved_under_that_cap(scene: Scene) -> None:
    ann = scene.page()
    paid(scene, ann, upto=Until(100, 2 * MOST), options={"fail_after": 0, "failure": "time-out"})
    scene.at_rest(ann)
    (entry,) = scene.queues.look(ann).queue.entries
    assert (entry.state, entry.spent_usd) == ("failed", MOST)


def test_what_has_no_price_is_not_repeated_under_a_cap(scene: Scene) -> None:
    free = dataclasses.replace(scene.playground, budget=type(scene.playground.budget)(scene.playground.store.engine))
    own = scene_of(free)
    ann = own.page()
    paid(own, ann, upto=Until(3, Decimal(1)), options={"cost_usd": None})
    own.at_rest(ann)
    (entry,) = own.queues.look(ann).queue.entries
    assert (own.runs(), entry.state, "nobody knows beforehand" in str(entry.said)) == ([], "done", True)
    own.pages.close()
