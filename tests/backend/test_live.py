"""Runs that go on: found by their visitor alone, watched again, and stopped from the page that watches."""

from dataclasses import replace

from backend.caller import Caller
from backend.events import Event, Finished, Generated, Progress, Stopped, Submitted
from backend.fake import FakeBackend
from backend.generate import collect, generate
from backend.playground import Playground
from backend.requests import Request, parse_request

PAGE = Caller(visitor="ann", page="page-1")


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
    playground.live.stop(replace(PAGE, page="page-2"))
    assert isinstance(list(again)[-1], Stopped)
    assert ended(playground) == "cancelled"


def test_a_run_is_seen_by_nobody_else_and_by_no_other_page_stopped(playground: Playground) -> None:
    events = generate(playground, PAGE, "fake", asked())
    until(events, Progress)
    assert playground.live.of(Caller(visitor="bob", page="page-1")) == []
    playground.live.stop(Caller(visitor="bob", page="page-1"))
    playground.live.stop(Caller(visitor="ann", page="page-2"))
    assert isinstance(next(events), Progress)
    playground.live.stop(PAGE)
    assert isinstance(list(events)[-1], Stopped)


def test_a_script_that_leaves_wants_nothing_more(playground: Playground) -> None:
    events = generate(playground, replace(PAGE, page=None), "fake", asked())
    until(events, Progress)
    events.close()  # type: ignore[attr-defined]
    assert ended(playground) == "cancelled"


def test_what_a_provider_accepted_ends_unseen_after_stop_and_is_not_offered_again(playground: Playground) -> None:
    events = generate(playground, PAGE, "fake", asked(steps=1, options={"seconds": 0.5, "provider": True}))
    until(events, Submitted)
    playground.live.stop(PAGE)
    assert isinstance(list(events)[-1], Stopped)
    assert playground.live.of(PAGE) == []
    assert ended(playground) == "finished"


def test_images_that_came_before_are_told_without_their_pixels(playground: Playground) -> None:
    request = asked(count=2, steps=1, options={"seconds": 0.3, "provider": True})
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
    with playground.live.at_page(PAGE.page):
        playground.live.stop(PAGE)
        assert [type(event) for event in generate(playground, PAGE, "fake", asked())] == [Stopped]
    assert playground.store.runs("ann") == []
    assert not playground.live.stopped(PAGE)


def test_a_run_that_is_being_recovered_is_not_asked_for_twice(playground: Playground) -> None:
    fake = playground.backends["fake"]
    assert isinstance(fake, FakeBackend)
    events = generate(playground, PAGE, "fake", asked(steps=1, options={"seconds": 0.5, "provider": True}))
    until(events, Submitted)
    (run,) = playground.store.runs("ann")
    assert isinstance(list(collect(playground, PAGE, run))[-1], Finished)
    assert len(playground.store.run(run.id).images) == 1
    assert playground.live.of(PAGE) == []
