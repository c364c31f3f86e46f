"""What is known to be billed counts against the caps at once, whatever becomes of the rest of its run."""

import dataclasses
from decimal import Decimal
from typing import Any

import pytest

from backend.adapters.fake import FakeBackend
from backend.domain.caller import Caller
from backend.domain.errors import OverBudget
from backend.domain.events import Failed, Generated
from backend.domain.requests import Request, parse_request
from backend.generation.generate import collect, generate
from backend.money.caps import Caps
from backend.money.ledger import Budget
from backend.playground import Playground

DEARER = Decimal("0.02")


class Drifting(FakeBackend):
    """Bills far more than its estimate says."""

    def estimate(self, request: Request, caller: Caller) -> Any:
        return dataclasses.replace(super().estimate(request, caller), likely=Decimal("0.001"), high=Decimal("0.003"))


@pytest.fixture
def drifting(playground: Playground) -> Playground:
    budget = Budget(playground.store.engine, Caps(visitor=Decimal("0.10")))
    return dataclasses.replace(playground, backends={"fake": Drifting(playground.files)}, budget=budget)


def request(**options: Any) -> Request:
    options = {"provider": True, "cost_usd": str(DEARER), "failure": "time-out"} | options
    return parse_request({"mode": "text_to_image", "prompt": "a boat", "steps": 1, "count": 3, "options": options})


def spent(playground: Playground, caller: Caller) -> Decimal:
    return playground.budget.standings(caller.visitor)[0].spent


def runs_until_the_cap(playground: Playground, caller: Caller) -> int:
    for number in range(6):
        try:
            *_, last = generate(playground, caller, "fake", request(fail_after=2))
        except OverBudget:
            return number
        assert isinstance(last, Failed)
    return 6


def test_bills_above_the_reservation_reach_the_cap_though_one_image_of_each_run_fails(
    drifting: Playground, caller: Caller
) -> None:
    assert runs_until_the_cap(drifting, caller) == 3
    assert spent(drifting, caller) == 6 * DEARER


def test_a_bill_counts_while_its_run_goes_on(drifting: Playground, caller: Caller) -> None:
    events = generate(drifting, caller, "fake", request())
    counted = [spent(drifting, caller) for event in events if isinstance(event, Generated)]
    assert counted[0] >= DEARER
    assert counted[-1] == 3 * DEARER


def test_a_run_of_which_a_part_is_known_says_unknown_and_its_recovery_settles_the_whole(
    drifting: Playground, caller: Caller
) -> None:
    *_, last = generate(drifting, caller, "fake", request(fail_after=2))
    assert isinstance(last, Failed)
    assert last.run is not None
    assert (last.run.cost_usd, last.run.cost_kind) == (None, "unknown")
    assert drifting.budget.entry(last.run.id) == ("held", Decimal("0.003"), 2 * DEARER)
    for _ in collect(drifting, caller, last.run):
        pass
    assert drifting.budget.entry(last.run.id) == ("settled", Decimal("0.003"), 3 * DEARER)


def test_what_this_machine_estimates_of_itself_is_no_bill(playground: Playground, caller: Caller) -> None:
    class Own(FakeBackend):
        cost_kind = "estimated"

    own = dataclasses.replace(playground, backends={"fake": Own(playground.files)})
    *_, last = generate(own, caller, "fake", request(fail_after=2))
    assert isinstance(last, Failed)
    assert last.run is not None
    entry = own.budget.entry(last.run.id)
    assert entry is not None
    assert entry[2] is None
