"""Runs that go on: found by their visitor alone, watched again, and stopped from any of the visitor's pages."""

import threading
from collections.abc import Iterator
from dataclasses import replace

from backend.adapters.fake import FakeBackend
from backend.domain.caller import Caller
from backend.domain.events import Committed, Event, Finished, Generated, Progress, Stopped
from backend.domain.requests import Request, parse_request
from backend.experiments.axes import read_axis
from backend.experiments.grid import AT_ONCE, plan, run
from backend.generation.generate import collect, generate
from backend.playground import Playground

PAGE = Caller(visitor="ann", page="page-1")
OTHER_TAB = replace(PAGE, page="page-2")
PAID = {"seconds": 1.0, "provider": True}


def asked(**values: object) -> Request:
    options = {"seconds": 20.0} | dict(values.pop("options", {}))  # type: ignore[call-overload]
    return parse_request({"mode": "text_to_image", "prompt": "a fox", "steps": 50, "options": options, **values})


def until(events: object, kind: type) -> Event:
    return next(event for event in events if isinstance(event, kind))  # type: ignore[attr-defined]


def ended(playground: Playground) -> str:
    (run,) = playground.store.runs("ann")
    while run.status == "running":
        run = playground.store.run(run.id)
    return run.status


def test_a_page_that_is_opened_anew_finds_the_run_with_its_progress(playground: Playground) -> None:
    left = generate(playground, PAGE, "fake", asked())
    until(left, Progress)
    left.close()  # type: ignore[attr-defined]
    (live,) = playground.live.of(PAGE)
    again = live.watch("page-2")
    assert isinstance(next(again), Progress)
    playground.live.stop(OTHER_TAB)
    assert isinstance(list(again)[-1], Stopped)
    assert ended(playground) == "cancelled"


def test_a_run_is_seen_and_stopped_by_nobody_else(playground: Playground) -> None:
    events = generate(playground, PAGE, "fake", asked())
    until(events, Progress)
    assert playground.live.of(Caller(visitor="bob", page="page-1")) == []
    playground.live.stop(Caller(visitor="bob", page="page-1"))
    assert isinstance(next(events), Progress)
    playground.live.stop(OTHER_TAB)
    assert isinstance(list(events)[-1], Stopped)


def test_a_script_that_leaves_wants_nothing_more(playground: Playground) -> None:
    events = generate(playground, replace(PAGE, page=None), "fake", asked())
    until(events, Progress)
    events.close()  # type: ignore[attr-defined]
    assert ended(playground) == "cancelled"


def test_what_a_provider_accepted_ends_unseen_after_stop_and_is_not_offered_again(playground: Playground) -> None:
    events = generate(playground, PAGE, "fake", asked(steps=1, options={"seconds": 2.0, "provider": True}))
    until(events, Committed)
    playground.live.stop(PAGE)
    assert isinstance(list(events)[-1], Stopped)
    assert playground.live.of(PAGE) == []
    assert ended(playground) == "finished"


def test_images_that_came_before_are_told_without_their_pixels(playground: Playground) -> None:
    request = asked(count=2, steps=1, options={"seconds": 1.5, "provider": True})
    events = generate(playground, PAGE, "fake", request)
    until(events, Generated)
    (live,) = playground.live.of(PAGE)
    found = list(live.watch("page-2"))
    first, second = (event for event in found if isinstance(event, Generated))
    assert first.image == b""
    assert first.record
    assert second.record
    assert isinstance(found[-1], Finished)


def test_stop_keeps_a_page_from_beginning_what_it_was_about_to(playground: Playground) -> None:
    with playground.live.press(PAGE) as acting:
        playground.live.stop(PAGE)
        assert [type(event) for event in generate(playground, acting, "fake", asked())] == [Stopped]
    assert playground.store.runs("ann") == []


def test_a_press_after_stop_starts_clean(playground: Playground) -> None:
    with playground.live.press(PAGE):
        playground.live.stop(PAGE)
        with playground.live.press(PAGE) as acting:
            quick = asked(steps=1, options={"seconds": 0.0})
            assert isinstance(list(generate(playground, acting, "fake", quick))[-1], Finished)


def grid(playground: Playground, caller: Caller) -> Iterator[tuple[str, Event]]:
    axis = read_axis("seed", "1-12", mode="text_to_image")
    return run(playground, caller, plan(playground, caller, "fake", asked(steps=1, options=PAID), [axis]))


def orders(playground: Playground) -> list[str]:
    fake = playground.backends["fake"]
    assert isinstance(fake, FakeBackend)
    return fake.submissions


def test_stop_ends_the_grid_of_another_tab_and_nothing_more_is_ordered(playground: Playground) -> None:
    with playground.live.press(PAGE) as acting:
        cells = grid(playground, acting)
        next(event for _, event in cells if isinstance(event, Committed))
        playground.live.stop(OTHER_TAB)
        assert {type(event) for _, event in cells} >= {Stopped}
    assert len(orders(playground)) <= AT_ONCE


def test_a_second_press_that_ends_leaves_the_first_one_its_stop(playground: Playground) -> None:
    with playground.live.press(PAGE) as acting:
        cells = grid(playground, acting)
        next(event for _, event in cells if isinstance(event, Committed))
        with playground.live.press(PAGE) as second:
            quick = asked(steps=1, options={"seconds": 0.0})
            assert isinstance(list(generate(playground, second, "fake", quick))[-1], Finished)
        assert playground.live.busy(PAGE)
        playground.live.stop(PAGE)
        assert not playground.live.busy(PAGE)
        list(cells)
    assert len(orders(playground)) <= 1 + AT_ONCE


def test_stop_after_the_page_was_closed_still_stops_what_it_left(playground: Playground) -> None:
    with playground.live.press(PAGE) as acting:
        left = generate(playground, acting, "fake", asked())
        until(left, Progress)
        left.close()  # type: ignore[attr-defined]
    playground.live.stop(OTHER_TAB)
    assert ended(playground) == "cancelled"


def test_a_page_does_not_stop_what_a_script_runs(playground: Playground) -> None:
    script = replace(PAGE, page=None)
    with playground.live.press(script) as acting:
        assert acting.press is None
        events = generate(playground, acting, "fake", asked(steps=5, options={"seconds": 0.2}))
        until(events, Progress)
        playground.live.stop(PAGE)
        assert isinstance(list(events)[-1], Finished)


def test_a_scripts_run_is_stopped_by_a_page_that_follows_it_and_by_no_other(playground: Playground) -> None:
    events = generate(playground, replace(PAGE, page=None), "fake", asked())
    until(events, Progress)
    (live,) = playground.live.of(PAGE)
    followed = live.watch(OTHER_TAB.page)
    until(followed, Progress)
    followed.close()  # type: ignore[attr-defined]
    playground.live.stop(PAGE)
    assert not isinstance(next(events), Stopped)
    playground.live.stop(OTHER_TAB)
    assert isinstance(list(events)[-1], Stopped)


def test_the_stop_of_one_part_of_the_page_leaves_the_rest(playground: Playground) -> None:
    with playground.live.press(PAGE, part="control map") as mapping, playground.live.press(PAGE) as acting:
        playground.live.stop_part(PAGE, "control map")
        assert mapping.press
        assert mapping.press.stopped
        assert acting.press
        assert not acting.press.stopped


def test_what_a_stopped_run_brings_is_promised_until_it_came(playground: Playground) -> None:
    with playground.live.press(PAGE) as acting:
        events = generate(playground, acting, "fake", asked(steps=1, options=PAID))
        until(events, Committed)
        playground.live.stop(PAGE)
        stopped = until(events, Stopped)
    (promised,) = playground.live.promised(PAGE)
    assert isinstance(stopped, Stopped)
    assert stopped.run_id == promised.id
    for thread in threading.enumerate():
        if thread.name == "run":
            thread.join(60)
    assert not playground.live.carries(promised.id)
    assert playground.live.promised(PAGE) == []
    assert len(playground.store.run(promised.id).images) == 1


def test_a_run_that_is_being_recovered_is_not_asked_for_twice(playground: Playground) -> None:
    fake = playground.backends["fake"]
    assert isinstance(fake, FakeBackend)
    events = generate(playground, PAGE, "fake", asked(steps=1, options={"seconds": 2.0, "provider": True}))
    until(events, Committed)
    (run,) = playground.store.runs("ann")
    assert isinstance(list(collect(playground, PAGE, run))[-1], Finished)
    assert len(playground.store.run(run.id).images) == 1
    assert playground.live.of(PAGE) == []
