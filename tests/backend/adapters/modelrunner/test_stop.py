"""Stop, or a page that was left: what ModelRunner was sent is collected, and nothing more is sent."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from backend.adapters.modelrunner.backend import ModelRunnerBackend
from backend.domain.caller import Caller
from backend.domain.events import Committed, Failed
from backend.domain.records import Run
from backend.domain.requests import ControlNet
from backend.generation.generate import generate
from backend.playground import Playground
from backend.simulator.world import World
from tests.backend.adapters.modelrunner.scene import KEY

Suffer = Callable[..., None]


@pytest.fixture
def left_at(playground: Playground, caller: Caller, control_image: str) -> Callable[..., Run]:
    """Return a function that runs a request, leaves it once its ids went to disk so often, and returns its record."""

    def leave(notes: int, *, then: Callable[[], object] = lambda: None, **values: object) -> Run:
        request = ControlNet.model_validate({"prompt": "a lighthouse", "image": control_image, "seed": 7, **values})
        events = generate(playground, caller, "modelrunner", request)
        for event in events:
            notes -= isinstance(event, Committed)
            if not notes:
                break
        events.close()  # type: ignore[attr-defined]
        then()
        for thread in threading.enumerate():
            if thread.name == "run":
                thread.join(60)
        (run,) = playground.store.runs(caller.visitor)
        return run

    return leave


def test_the_images_that_were_not_sent_yet_are_never_sent(
    left_at: Callable[..., Run], suffer: Suffer, world: World, playground: Playground
) -> None:
    suffer("slow", seconds=2)
    run = left_at(1, count=3)
    assert (run.status, [image.seed for image in run.images]) == ("cancelled", [7])
    assert world.count("modelrunner.submit") == 1
    assert run.cost_usd == world.account.bills[0]
    assert playground.budget.entry(run.id) is not None
    assert [ticket["sent"] for ticket in run.provider_ids["tickets"]] == [True, False, False]


def test_all_that_was_sent_comes_home(left_at: Callable[..., Run], suffer: Suffer, world: World) -> None:
    suffer("in_progress", "status", times=3)
    run = left_at(4, count=2)
    assert (run.status, len(run.images), world.count("modelrunner.submit")) == ("finished", 2, 2)


def test_a_request_that_surely_did_not_arrive_is_not_sent_again(
    left_at: Callable[..., Run], suffer: Suffer, world: World, backend: ModelRunnerBackend
) -> None:
    suffer("status", status=429)
    left = threading.Event()
    backend.service.line._sleep = lambda _seconds: None if left.wait(60) else pytest.fail("it was never left")
    run = left_at(1, then=left.set)
    assert (run.status, run.error, run.images, run.billed) == ("cancelled", None, (), "no")
    assert world.account.bills == []


def test_an_unknown_bill_is_said_even_when_nobody_waits(left_at: Callable[..., Run], suffer: Suffer) -> None:
    suffer("drop", times=9)
    run = left_at(1, count=2)
    assert (run.status, run.billed, run.cost_usd) == ("failed", "unknown", None)


def test_a_batch_whose_key_was_taken_back_sends_no_further_image(
    playground: Playground, caller: Caller, control_image: str, suffer: Suffer, world: World
) -> None:
    suffer("slow", seconds=2)
    keys, owner = playground.callers.keys, (caller.visitor, "page-1")
    keys.put(owner, "modelrunner", KEY)
    held = keys.of(owner)
    acting = replace(caller, keys=held, holds=lambda name: keys.has(owner, name, held.get(name)))
    request = ControlNet(prompt="a lighthouse", image=control_image, seed=7, count=3)
    events = generate(playground, acting, "modelrunner", request)
    next(event for event in events if isinstance(event, Committed))
    keys.forget(owner)
    *_, end = events
    assert isinstance(end, Failed)
    assert "forgotten or replaced" in str(end.error)
    assert world.count("modelrunner.submit") == 1
    (run,) = playground.store.runs(caller.visitor)
    assert (run.status, len(run.images), run.cost_usd) == ("partial", 1, world.account.bills[0])
