"""What ModelRunner billed is booked and offered, whatever comes of the files."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr

from backend.adapters.job import Charged, Heard
from backend.adapters.modelrunner.backend import ModelRunnerBackend
from backend.adapters.modelrunner.delivery import Delivery
from backend.adapters.modelrunner.replies import Record
from backend.adapters.modelrunner.service import Names
from backend.adapters.modelrunner.ticket import Ticket
from backend.domain.caller import Caller
from backend.domain.errors import StorageFull
from backend.domain.events import Event, Failed, Finished, Generated
from backend.domain.records import Run
from backend.domain.requests import ControlNet
from backend.generation.generate import collect, generate
from backend.images.encoding import encode
from backend.playground import Playground
from backend.record.store import Store
from backend.simulator.faults import MEDIA, Fault
from backend.simulator.world import World
from tests.backend.adapters.modelrunner.scene import KEY, Scene, soon

Ask = Callable[..., list[Event]]
PNG = encode(Image.new("RGB", (16, 16), "navy"), "png")
NOT_TO_BE_HAD = [*MEDIA, "drop", "status"]
"""What can befall a file."""


def booked(playground: Playground, run: Run) -> Decimal | None:
    """Return what the ledger has settled, once the run says the same."""
    entry = playground.budget.entry(run.id)
    assert entry is not None
    assert (entry[0], entry[2]) == ("settled", run.cost_usd)
    return run.cost_usd


def ended(events: list[Event]) -> Run:
    end = events[-1]
    assert isinstance(end, Finished | Failed)
    assert end.run is not None
    return end.run


def offered(playground: Playground) -> list[str]:
    return [run.id for run in playground.history.recoverable("visitor-1")]


@pytest.mark.parametrize("one_request", [False, True])
@pytest.mark.parametrize("kind", NOT_TO_BE_HAD)
def test_paid_images_whose_files_cant_be_had_are_booked_and_come_by_recover(
    ask: Ask, playground: Playground, caller: Caller, world: World, kind: str, one_request: bool
) -> None:
    world.faults.add(Fault(kind=kind, operation="media", times=9))
    run = ended(ask(count=2, options={"one_request": one_request}))
    assert (run.billed, booked(playground, run)) == ("yes", sum(world.account.bills))
    assert offered(playground) == [run.id]
    world.faults.clear()
    again = ended(list(collect(playground, caller, run)))
    assert (again.status, booked(playground, again)) == ("finished", sum(world.account.bills))
    assert offered(playground) == []


def test_a_request_that_was_purged_is_booked_and_not_offered(
    ask: Ask, suffer: Callable[..., None], playground: Playground, world: World
) -> None:
    suffer("purge")
    run = ended(ask())
    assert (run.billed, booked(playground, run)) == ("yes", sum(world.account.bills))
    assert offered(playground) == []


def test_an_unknown_bill_of_one_request_is_not_hidden_by_a_known_one(
    ask: Ask, suffer: Callable[..., None], playground: Playground, world: World
) -> None:
    suffer("slow")
    suffer("price_absent")
    world.faults.add(Fault(kind="gone", operation="media", times=2))
    run = ended(ask(count=2))
    entry = playground.budget.entry(run.id)
    assert (run.cost_usd, run.cost_kind, entry and entry[0]) == (None, "unknown", "held")
    assert offered(playground) == [run.id]


def test_an_image_that_the_output_leaves_out_is_billed_with_the_others(scene: Scene) -> None:
    heard = Heard()
    address = scene.world.media.put(PNG, "image/png")
    ticket = Ticket(0, 2, 7, names=Names("one"))
    record = Record(output=[f"{scene.address}/media/{address}"], totalPrice="0.0012", billingStatus="charged")
    delivery = Delivery(scene.modelrunner.service, SecretStr(KEY), heard, soon)
    (error,) = delivery.deliver(ticket, record)
    bills = {event.index: event.cost_usd for event in heard.told if isinstance(event, Charged)}
    assert (error.billed, bills) == ("yes", {0: Decimal("0.0006"), 1: Decimal("0.0006")})
    assert [event.cost_usd for event in heard.told if isinstance(event, Generated)] == [Decimal("0.0006")]


class Cramped(Store):
    """Has room for so many changes of what is known of a run, and for no more."""

    room = 2

    def submitted(self, run_id: str, provider_ids: Mapping[str, Any]) -> None:
        self.room -= 1
        if self.room < 0:
            raise StorageFull("The record could not be written: free some disk space and run it again.")
        super().submitted(run_id, provider_ids)


def test_a_record_that_fills_up_between_two_requests_loses_nothing_of_the_first(
    playground: Playground, caller: Caller, control_image: str, world: World
) -> None:
    cramped = replace(playground, store=Cramped(playground.store.engine))
    request = ControlNet(prompt="a lighthouse", image=control_image, seed=7, count=2)
    run = ended(list(generate(cramped, caller, "modelrunner", request)))
    assert (run.status, [image.seed for image in run.images]) == ("partial", [7])
    assert (booked(playground, run), len(world.account.bills)) == (sum(world.account.bills), 1)
    assert "free some disk space" in (run.error or "")


def test_a_record_that_is_full_from_the_start_orders_nothing(
    playground: Playground, caller: Caller, control_image: str, world: World
) -> None:
    store = Cramped(playground.store.engine)
    store.room = 0
    cramped = replace(playground, store=store)
    request = ControlNet(prompt="a lighthouse", image=control_image, seed=7)
    run = ended(list(generate(cramped, caller, "modelrunner", request)))
    entry = playground.budget.entry(run.id)
    assert (run.billed, entry and entry[0], world.count("modelrunner.submit")) == ("no", "released", 0)


def test_a_recover_without_a_key_leaves_what_is_known(
    ask: Ask, playground: Playground, backend: ModelRunnerBackend, caller: Caller, world: World
) -> None:
    world.faults.add(Fault(kind="gone", operation="media"))
    run = ended(ask())
    backend._server_key = None
    again = ended(list(collect(playground, caller, run)))
    assert (again.billed, booked(playground, again)) == ("yes", sum(world.account.bills))
    assert offered(playground) == [run.id]
