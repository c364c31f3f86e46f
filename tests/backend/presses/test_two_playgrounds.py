"""Two playgrounds on one record, and one visitor's queue between them: drawn by one at a time, and never by none."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from backend.domain.caller import Caller
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.record.database.engine import open_database
from backend.record.store import Store
from backend.threads.live_runs import LiveRuns
from backend.threads.open_pages import OpenPages
from tests.backend.presses.conftest import Scene, scene_of, until


@pytest.fixture
def houses(playground: Playground) -> Iterator[tuple[Scene, Scene]]:
    """Return the queues of two playgrounds, each with an engine of its own on the same record."""
    with contextlib.ExitStack() as stack:
        engine = open_database(playground.settings.data)
        stack.callback(engine.dispose)
        anew = {"store": Store(engine), "budget": Budget(engine), "live": LiveRuns(), "pages": OpenPages()}
        both = scene_of(playground), scene_of(replace(playground, **anew))
        for each in both:
            stack.callback(each.pages.close)
        yield both


def drawing(scene: Scene, caller: Caller) -> str:
    """Let an entry be drawn for long, and return the id of the next one, for which money lies ready."""
    with scene.meanwhile(caller):
        scene.add(caller, "one", steps=50, options={"seconds": 60})
        two = scene.add(caller, "two", options={"provider": True}).id
    until(lambda: scene.playground.backends["fake"].running)  # type: ignore[attr-defined]
    until(lambda: two in scene.reserved())
    return two


def stop(scene: Scene, caller: Caller) -> None:
    scene.playground.live.stop(caller)
    scene.at_rest(caller)


def test_what_another_draws_is_only_added_to(houses: tuple[Scene, Scene]) -> None:
    here, there = houses
    ann, other = here.page(), there.page(page="page-2")
    two = drawing(here, ann)
    there.add(other, "three")
    now = there.queues.look(other)
    assert (now.drawing, now.queue.elsewhere, there.waiting(other)) == (False, True, ["two", "three"])
    assert two in here.reserved()
    stop(here, ann)


def test_what_is_added_where_another_has_nothing_left_to_draw_is_drawn(houses: tuple[Scene, Scene]) -> None:
    here, there = houses
    ann, other = here.page(), there.page(page="page-2")
    here.add(ann, "one")
    here.at_rest(ann)
    there.add(other, "two")
    there.at_rest(other)
    assert there.drawn() == ["one", "two"]


def test_what_is_brought_back_where_another_has_nothing_left_to_draw_is_drawn(houses: tuple[Scene, Scene]) -> None:
    here, there = houses
    ann, other = here.page(), there.page(page="page-2")
    with here.meanwhile(ann):
        here.add(ann, "one")
        here.queues.empty(ann)
    here.at_rest(ann)
    there.queues.undo(other)
    there.at_rest(other)
    assert there.drawn() == ["one"]


def test_what_was_taken_out_elsewhere_leaves_no_money_aside(houses: tuple[Scene, Scene]) -> None:
    here, there = houses
    ann, other = here.page(), there.page(page="page-2")
    two = drawing(here, ann)
    there.queues.empty(other)
    assert two not in here.reserved()
    stop(here, ann)


def test_a_playground_that_no_longer_draws_a_queue_does_not_pause_it(houses: tuple[Scene, Scene]) -> None:
    here, there = houses
    ann, other = here.page(), there.page(page="page-2")
    drawing(here, ann)
    there.queues.pause(other)
    there.queues.resume(other)
    until(lambda: there.drawn() == ["two"])
    here.pages.close()
    until(lambda: not here.queues.look(ann).drawing)
    assert not there.queues.look(other).queue.paused
