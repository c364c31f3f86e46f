"""A run that was cut short is finished from its ids on disk; nothing is submitted a second time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pydantic import SecretStr

from backend.adapters.job import Heard
from backend.domain.caller import Caller
from backend.domain.errors import NotReady, StorageFull
from backend.domain.events import Event, Failed, Finished, Generated
from backend.domain.records import Run
from backend.domain.requests import ControlNet
from backend.generation.generate import collect, generate
from backend.generation.recovery import recover
from backend.images.storage.files import ImageFiles
from backend.playground import Playground
from backend.simulator.world import World
from tests.backend.abandoned import abandon
from tests.backend.crashing import Crash, Disk


@pytest.fixture
def opened(playground: Playground, control_image: str) -> Run:
    request = ControlNet(prompt="a lighthouse", image=control_image, seed=7, count=2)
    run = Run("a" * 32, "visitor-1", "modelrunner", request, "running", datetime.now(UTC))
    playground.budget.reserve(run, Decimal("0.01"))
    playground.store.add(run)
    return run


@pytest.mark.parametrize(
    ("crash_at", "sent", "seeds", "billed"),
    [
        pytest.param(1, 0, [], "unknown", id="before the first is sent"),
        pytest.param(2, 1, [7], "no", id="after the first is accepted"),
        pytest.param(3, 1, [7], "unknown", id="before the second is sent"),
        pytest.param(4, 2, [7, 8], None, id="after both are accepted"),
    ],
)
def test_a_restart_collects_what_was_sent_and_says_what_was_not(
    playground: Playground,
    caller: Caller,
    opened: Run,
    world: World,
    crash_at: int,
    sent: int,
    seeds: list[int],
    billed: str | None,
) -> None:
    with pytest.raises(Crash):
        playground.backends["modelrunner"].run(opened.request, caller, Disk(playground.store, opened, crash_at))
    abandon(playground, opened.id)
    recover(playground).join(60)
    run = playground.store.run(opened.id)
    assert [image.seed for image in run.images] == seeds
    assert (run.billed, world.count("modelrunner.submit")) == (billed, sent)


def test_a_request_whose_answer_the_crash_swallowed_is_found_by_its_mark(
    playground: Playground, caller: Caller, opened: Run, world: World
) -> None:
    backend = playground.backends["modelrunner"]
    with pytest.raises(Crash):
        backend.run(opened.request, caller, Disk(playground.store, opened, 2))
    (left,) = playground.store.unfinished()
    tickets = [{**ticket, "names": None} for ticket in left.provider_ids["tickets"]]
    playground.store.submitted(opened.id, {**left.provider_ids, "tickets": tickets})
    abandon(playground, opened.id)
    recover(playground).join(60)
    assert [image.seed for image in playground.store.run(opened.id).images] == [7]
    assert (world.count("modelrunner.history"), world.count("modelrunner.submit")) == (1, 1)


def test_an_image_that_is_there_is_not_fetched_again(
    ask: Callable[..., list[Event]], playground: Playground, caller: Caller
) -> None:
    last = ask(count=2)[-1]
    assert isinstance(last, Finished)
    partial = replace(last.run, images=last.run.images[:1])
    came = Heard()
    playground.backends["modelrunner"].collect(partial, caller, came)
    assert [event.index for event in came.told if isinstance(event, Generated)] == [1]


def test_a_run_on_a_visitors_own_key_is_collected_only_with_it(
    ask: Callable[..., list[Event]], playground: Playground, caller: Caller, world: World
) -> None:
    last = ask()[-1]
    assert isinstance(last, Finished)
    own = replace(last.run, provider_ids={**last.run.provider_ids, "own_key": True}, images=())
    backend = playground.backends["modelrunner"]
    came = Heard()
    with pytest.raises(NotReady, match="paste it again") as caught:
        backend.collect(own, caller, came)
    assert caught.value.billed == "unknown"
    backend.collect(own, replace(caller, keys={"modelrunner": SecretStr(world.key)}), came)
    assert any(isinstance(event, Generated) for event in came.told)


class FullDisk(ImageFiles):
    """Has no room for the first image that comes."""

    full = True

    def put(self, content: bytes, image_format: str) -> str:
        if self.full:
            self.full = False
            raise StorageFull("The image could not be kept: free some disk space and run it again.")
        return super().put(content, image_format)


@pytest.mark.parametrize("one_request", [False, True])
def test_an_image_that_finds_no_room_keeps_no_other_back_and_is_collected_later(
    playground: Playground, caller: Caller, control_image: str, world: World, one_request: bool
) -> None:
    full = replace(playground, files=FullDisk(playground.files.folder))
    request = ControlNet(
        prompt="a lighthouse", image=control_image, seed=7, count=2, options={"one_request": one_request}
    )
    last = list(generate(full, caller, "modelrunner", request))[-1]
    assert isinstance(last, Failed)
    assert last.run is not None
    assert ([image.index for image in last.run.images], last.error.billed) == ([1], "yes")
    assert last.run.cost_usd == sum(world.account.bills)
    sent = world.count("modelrunner.submit")
    collected = list(collect(playground, caller, last.run))[-1]
    assert isinstance(collected, Finished)
    assert sorted(image.index for image in collected.run.images) == [0, 1]
    assert collected.run.cost_usd == sum(world.account.bills)
    assert world.count("modelrunner.submit") == sent
