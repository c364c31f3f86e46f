"""An entry that failed, was refused or stopped, tried again: the same settings and seeds, priced anew."""

from dataclasses import replace
from decimal import Decimal

import pytest

from backend.domain.errors import NotAllowed, NotFound
from backend.presses.again import entry_again
from backend.record.presses.entries import QueueEntry
from backend.record.presses.store import MOST_ENTRIES
from tests.backend.presses.conftest import Scene, held, until

BILL = Decimal("0.0013")


def ended(scene: Scene) -> QueueEntry:
    """Return the one entry that is left, and says how it ended."""
    (entry,) = scene.queues.look(scene.page()).queue.entries
    return entry


def test_a_failed_entry_is_drawn_again_by_its_seed(scene: Scene) -> None:
    ann = scene.page()
    scene.add(ann, "a boat", options={"fail_after": 0})
    scene.at_rest(ann)
    entry = ended(scene)
    assert entry.state == "failed"
    with scene.meanwhile(ann):
        scene.queues.try_again(ann, entry.id)
        now = ended(scene)
        assert (now.state, now.said, now.begun, now.requests) == ("waiting", None, 0, entry.requests)
        with pytest.raises(NotFound, match="waits already"):
            scene.queues.try_again(ann, entry.id)
    until(lambda: len(scene.runs()) == 2)
    scene.at_rest(ann)
    assert len({run.request.seed for run in scene.runs()}) == 1


def test_of_a_run_that_made_some_images_only_the_others_are_made_and_paid(scene: Scene) -> None:
    ann = scene.page()
    scene.add(ann, "a boat", count=3, seed=5, options={"provider": True, "fail_after": 2})
    scene.at_rest(ann)
    with scene.meanwhile(ann):
        scene.queues.try_again(ann, ended(scene).id)
        now = ended(scene)
        assert [(each.seed, each.count) for each in now.requests] == [(7, 1)]
        assert now.estimate_usd == BILL
        scene.queues.empty(ann)


def test_of_a_press_with_choices_what_was_drawn_is_not_drawn_again(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        entry = scene.add(ann, "a {red|blue} boat", count=3, seed=5)
    scene.at_rest(ann)
    first, second, third = entry.requests
    store, runs = scene.playground.store, scene.runs()
    run = next(run for run in runs if run.request == second)
    cut = replace(entry, state="failed", begun=2, run_id=run.id)
    assert entry_again(scene.playground, ann, cut).requests == (third,)
    assert store.run(run.id).images
    lost = replace(entry, state="failed", begun=2, run_id="0" * 32)
    assert entry_again(scene.playground, ann, lost).requests == (second, third)
    refused = replace(entry, state="refused")
    assert entry_again(scene.playground, ann, refused).requests == (first, second, third)
    refused_later = replace(entry, state="refused", begun=1)
    assert entry_again(scene.playground, ann, refused_later).requests == (second, third)


def test_what_an_own_key_was_to_pay_stays_for_it(scene: Scene) -> None:
    ann = scene.page()
    entry = scene.add(ann, options={"provider": True, "fail_after": 0})
    scene.at_rest(ann)
    failed = ended(scene)
    assert not entry_again(scene.playground, ann, failed).own_key
    assert entry_again(scene.playground, held(ann), failed).own_key
    on_a_key = replace(entry, state="failed", own_key=True)
    assert entry_again(scene.playground, ann, on_a_key).own_key


def test_one_that_is_gone_and_a_full_queue_are_said(scene: Scene) -> None:
    ann, bea = scene.page(), scene.page("bea", "page-2")
    scene.add(ann, options={"fail_after": 0})
    scene.at_rest(ann)
    entry = ended(scene)
    with pytest.raises(NotFound, match="isn't in your queue"):
        scene.queues.try_again(bea, entry.id)
    with scene.meanwhile(ann):
        for _ in range(MOST_ENTRIES):
            scene.add(ann)
        with pytest.raises(NotAllowed, match="50 entries"):
            scene.queues.try_again(ann, entry.id)
        scene.queues.empty(ann)


def test_what_is_drawn_or_done_is_not_tried_again(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        waiting = scene.add(ann).id
        with pytest.raises(NotFound, match="waits already"):
            scene.queues.try_again(ann, waiting)
        scene.queues.empty(ann)
