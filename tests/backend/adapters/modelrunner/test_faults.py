"""ModelRunner through the door, on the simulator: what goes wrong, what it costs, and what the visitor is told."""

from collections.abc import Callable

import pytest

from backend.domain.caller import Caller
from backend.domain.errors import (
    Billed,
    GenerationFailed,
    InsufficientCredit,
    PlaygroundError,
    ProviderBusy,
    ProviderRefused,
)
from backend.domain.events import Event, Failed, Finished
from backend.domain.records import Run
from backend.generation.generate import collect
from backend.playground import Playground
from backend.simulator.faults import Fault
from backend.simulator.world import World

Ask = Callable[..., list[Event]]
Suffer = Callable[..., None]


def failed(events: list[Event]) -> tuple[PlaygroundError, Run]:
    last = events[-1]
    assert isinstance(last, Failed), last
    assert last.run is not None
    return last.error, last.run


def finished(events: list[Event]) -> Run:
    last = events[-1]
    assert isinstance(last, Finished), last
    return last.run


@pytest.mark.parametrize("operation", ["initiate", "put", "status", "result"])
@pytest.mark.parametrize("kind", ["drop", "status"])
def test_a_call_that_costs_nothing_is_made_again(ask: Ask, suffer: Suffer, operation: str, kind: str) -> None:
    suffer(kind, operation, times=2)
    assert len(finished(ask()).images) == 1


def test_a_connection_cut_after_the_request_was_taken_costs_one_submission_and_no_image(
    ask: Ask, suffer: Suffer, world: World
) -> None:
    suffer("drop_after")
    run = finished(ask())
    assert (len(run.images), run.images[0].seed) == (1, 7)
    assert (world.count("modelrunner.submit"), len(world.account.bills)) == (1, 1)


def test_an_answer_that_is_no_answer_is_looked_up_too(ask: Ask, suffer: Suffer, world: World) -> None:
    suffer("garbage")
    error, run = failed(ask())
    assert (error.billed, run.cost_kind) == ("unknown", "unknown")
    assert (world.count("modelrunner.submit"), world.count("modelrunner.history")) == (0, 4)


@pytest.mark.parametrize("kind", ["drop", "hang"])
def test_a_connection_cut_before_it_was_taken_is_not_tried_again(
    ask: Ask, suffer: Suffer, world: World, kind: str
) -> None:
    suffer(kind)
    error, run = failed(ask())
    assert (error.billed, run.status) == ("unknown", "failed")
    assert world.account.bills == []
    assert "may still be billed" in str(error)


@pytest.mark.parametrize(
    ("status", "kind", "billed", "words"),
    [
        (400, ProviderRefused, "no", "change it, or choose another backend"),
        (401, ProviderRefused, "no", "check `MODELRUNNER_KEY`"),
        (402, InsufficientCredit, "no", "Insufficient balance"),
        (403, ProviderRefused, "no", "settings/api-keys"),
        (404, ProviderRefused, "no", "knows no such model or run"),
        (413, ProviderRefused, "no", "use a smaller one"),
        (429, ProviderBusy, "no", "try again in a minute"),
        (500, GenerationFailed, "unknown", "a fault of its own"),
        (503, ProviderBusy, "unknown", "try again in a minute"),
    ],
)
def test_a_refused_submission_says_why_and_the_way_out(
    ask: Ask, suffer: Suffer, world: World, status: int, kind: type[PlaygroundError], billed: Billed, words: str
) -> None:
    suffer("status", status=status, times=4)
    error, run = failed(ask())
    assert (type(error), error.billed) == (kind, billed)
    assert words in str(error)
    assert (run.cost_usd, world.account.bills) == (None if billed == "unknown" else 0, [])


def test_too_many_requests_are_repeated_when_the_provider_says(ask: Ask, suffer: Suffer, world: World) -> None:
    suffer("status", status=429, retry_after=2, times=2)
    assert len(finished(ask()).images) == 1
    assert world.count("modelrunner.submit") == 1


def test_an_empty_account_stops_the_run_at_once(ask: Ask, world: World) -> None:
    world.account.empty()
    error, _ = failed(ask(count=4))
    assert isinstance(error, InsufficientCredit)
    assert world.count("modelrunner.submit") == 1


def test_money_that_ends_halfway_loses_no_image_that_was_made(ask: Ask, suffer: Suffer, world: World) -> None:
    suffer("slow")
    suffer("status", status=402)
    error, run = failed(ask(count=3))
    assert isinstance(error, InsufficientCredit)
    assert (run.status, [image.seed for image in run.images]) == ("partial", [7])
    assert run.cost_usd == world.account.bills[0]


@pytest.mark.parametrize(
    ("fate", "billed", "words"),
    [
        ("fail", "no", "The upstream model returned no output"),
        ("give_up", "no", "The platform gave this request up"),
        ("purge", "yes", "has deleted what this run made"),
    ],
)
def test_completed_is_not_success(ask: Ask, suffer: Suffer, fate: str, billed: Billed, words: str) -> None:
    suffer(fate)
    error, run = failed(ask())
    assert (error.billed, run.billed) == (billed, billed)
    assert words in str(error)


def test_one_failed_request_keeps_the_others_images(ask: Ask, suffer: Suffer) -> None:
    suffer("slow")
    suffer("fail")
    error, run = failed(ask(count=3))
    assert [image.seed for image in run.images] == [7, 9]
    assert "The model at ModelRunner failed" in str(error)


def test_an_address_on_another_host_never_sees_the_key(ask: Ask, suffer: Suffer, world: World) -> None:
    suffer("off_host")
    assert len(finished(ask()).images) == 1
    assert world.count("modelrunner.record") >= 1
    assert world.count("modelrunner.status") == 0


def test_an_upload_address_that_is_not_allowed_is_not_used(ask: Ask, suffer: Suffer, world: World) -> None:
    suffer("off_host", "initiate")
    error, run = failed(ask())
    assert "another host" in str(error)
    assert (error.billed, run.provider_ids, world.count("modelrunner.submit")) == ("no", {}, 0)


def test_a_result_that_is_not_ready_yet_is_asked_for_again(ask: Ask, suffer: Suffer) -> None:
    suffer("not_yet", "result", times=3)
    assert len(finished(ask()).images) == 1


@pytest.mark.parametrize(("kind", "words"), [("html_image", "no whole PNG"), ("huge_image", "more than 64 MB")])
def test_a_file_that_is_no_image_is_refused_and_the_run_can_be_collected_later(
    ask: Ask, playground: Playground, caller: Caller, world: World, kind: str, words: str
) -> None:
    world.faults.add(Fault(kind=kind, operation="media"))
    error, run = failed(ask())
    assert words in str(error)
    assert error.billed == "yes"
    collected = finished(list(collect(playground, caller, run)))
    assert [image.seed for image in collected.images] == [7]
    assert world.count("modelrunner.submit") == 1


def test_questions_that_stay_unanswered_leave_the_run_to_be_collected(
    ask: Ask, suffer: Suffer, playground: Playground, caller: Caller, world: World
) -> None:
    suffer("status", "status", status=500, times=100)
    error, run = failed(ask())
    assert error.billed == "unknown"
    world.faults.clear()
    assert len(finished(list(collect(playground, caller, run))).images) == 1


def test_a_slow_queue_is_waited_for_and_then_left_to_be_collected(
    ask: Ask, suffer: Suffer, playground: Playground, caller: Caller, world: World
) -> None:
    suffer("queued", "status", times=10_000)
    error, run = failed(ask())
    assert "recover it later" in str(error)
    world.faults.clear()
    assert len(finished(list(collect(playground, caller, run))).images) == 1
