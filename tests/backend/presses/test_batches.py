"""Presses that are added at once as a batch: all or none, each noted with its runs, and put away without a loss."""

from decimal import Decimal

import pytest

from backend.domain.errors import NotAllowed, NotFound
from backend.domain.requests import parse_request
from backend.generation.prepared import Asked, Prepared
from backend.record.presses.store import MOST_ENTRIES
from tests.backend.presses.conftest import Scene, until

BILL = Decimal("0.0013")


def presses(scene: Scene, count: int, **values: object) -> list[tuple[str, Prepared]]:
    backend, given = scene.playground.choose("fake"), {"mode": "text_to_image", "steps": 1, **values}
    asked = [Asked(backend, parse_request({"prompt": f"boat {number}", **given})) for number in range(count)]
    return [(f"line {number}", each.prepared(scene.page())) for number, each in enumerate(asked)]


def test_a_batch_is_drawn_in_order_and_its_runs_and_bills_are_known_by_it(scene: Scene) -> None:
    ann = scene.page()
    made = presses(scene, 3, options={"provider": True})
    with scene.meanwhile(ann):
        scene.add(ann, "before")
        batch = scene.queues.add_batch(ann, "boats", made)
        waiting = scene.queues.look(ann).queue.waiting
        assert [each.place and (each.place.number, each.place.label) for each in waiting] == [
            None,
            (1, "line 0"),
            (2, "line 1"),
            (3, "line 2"),
        ]
        (stand,) = scene.playground.batches.of("ann")
        assert (stand.batch, stand.drawn, stand.costs, stand.unknown) == (batch, frozenset(), {}, 0)
    scene.at_rest(ann)
    (stand,) = scene.playground.batches.of("ann")
    assert (stand.drawn, stand.costs, stand.unknown) == ({1, 2, 3}, {"billed": 3 * BILL}, 0)
    found, places = scene.playground.batches.places("ann", batch.id)
    drawn = [(place.label, scene.playground.store.run(run).request.prompt) for place, run in places]
    assert (found, drawn) == (batch, [(f"line {number}", f"boat {number}") for number in range(3)])


def test_what_nobody_knows_is_no_bill_of_0(scene: Scene) -> None:
    ann = scene.page()
    scene.queues.add_batch(ann, "boats", presses(scene, 2, options={"provider": True, "cost_usd": None}))
    scene.at_rest(ann)
    (stand,) = scene.playground.batches.of("ann")
    assert (stand.costs, stand.unknown) == ({}, 2)


def test_where_there_is_no_room_for_all_none_is_added_and_the_way_out_is_said(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        scene.add(ann)
        with pytest.raises(NotAllowed, match="at most 50 entries, and yours has room for 49 of these 50: take some"):
            scene.queues.add_batch(ann, "too many", presses(scene, MOST_ENTRIES))
        assert len(scene.waiting(ann)) == 1
        assert scene.playground.batches.of("ann") == []
        scene.queues.add_batch(ann, "just so", presses(scene, MOST_ENTRIES - 1))
        scene.queues.empty(ann)


def test_one_that_is_put_away_is_drawn_on_and_nobody_elses_can_be(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        batch = scene.queues.add_batch(ann, "boats", presses(scene, 2))
        scene.playground.batches.put_away("bea", batch.id)
        assert scene.playground.batches.of("bea") == []
        with pytest.raises(NotFound, match="put away"):
            scene.playground.batches.places("bea", batch.id)
        scene.playground.batches.put_away("ann", batch.id)
        with pytest.raises(NotFound, match="in the history"):
            scene.playground.batches.places("ann", batch.id)
    scene.at_rest(ann)
    assert scene.drawn() == ["boat 0", "boat 1"]


def test_a_run_that_is_deleted_for_good_leaves_its_batch(scene: Scene) -> None:
    ann = scene.page()
    batch = scene.queues.add_batch(ann, "boats", presses(scene, 2))
    scene.at_rest(ann)
    first, second = scene.runs()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backend.record.trash.YOUNG_SECONDS", -1.0)
        scene.playground.history.delete("ann", [first.id])
        scene.playground.history.empty_trash("ann")
    assert [run for _, run in scene.playground.batches.places("ann", batch.id)[1]] == [second.id]


def test_a_press_that_is_tried_again_counts_once_in_its_batch(scene: Scene) -> None:
    ann = scene.page()
    batch = scene.queues.add_batch(ann, "boats", presses(scene, 1, options={"fail_after": 0}))
    scene.at_rest(ann)
    (entry,) = scene.queues.look(ann).queue.entries
    assert (entry.state, scene.playground.batches.of("ann")[0].drawn) == ("failed", frozenset())
    scene.queues.try_again(ann, entry.id)
    until(lambda: len(scene.runs()) == 2)
    scene.at_rest(ann)
    _, places = scene.playground.batches.places("ann", batch.id)
    assert [place.number for place, _ in places] == [1, 1]
