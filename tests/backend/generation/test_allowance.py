import threading
from decimal import Decimal

import pytest
from pydantic import SecretStr

from backend.domain.caller import Caller
from backend.domain.errors import OverBudget, TooManyRequests
from backend.domain.events import Finished
from backend.domain.requests import Request
from backend.generation.allowance import Allowance, allowance
from backend.generation.generate import generate
from backend.playground import RUNS_A_VISITOR, Playground
from tests.backend.strangers import paid, shared

ANN = Caller(visitor="ann", address="home")


def left(playground: Playground, caller: Caller, request: Request) -> Allowance:
    fake = playground.backends["fake"]
    return allowance(playground, caller, fake, fake.estimate(request, caller))


def run(playground: Playground, caller: Caller, request: Request) -> None:
    *_, last = generate(playground, caller, "fake", request)
    assert isinstance(last, Finished)


def test_what_is_left_sinks_with_every_run_until_the_button_refuses(playground: Playground) -> None:
    house = shared(playground, visitor_cap_usd=Decimal("0.006"))
    assert left(house, ANN, paid()) == Allowance("house", Decimal("0.006"), "visitor")
    for _ in range(2):
        run(house, ANN, paid())
    now = left(house, ANN, paid())
    assert (now.left_usd, now.scope) == (Decimal("0.0034"), "visitor")
    assert now.refusal is not None
    assert "$0.0034 of your $0.006" in now.refusal
    with pytest.raises(OverBudget, match=r"\$0.0034 of your \$0.006"):
        next(generate(house, ANN, "fake", paid()))


def test_ones_own_key_and_this_machine_are_under_no_cap(playground: Playground) -> None:
    house = shared(playground, visitor_cap_usd=Decimal(0))
    own = Caller(visitor="ann", keys={"fake": SecretStr("anns-own-key")})
    assert left(house, own, paid()) == Allowance("visitor")
    assert left(house, ANN, paid(options={"provider": False})) == Allowance("nobody")
    run(house, own, paid())
    run(house, ANN, paid(options={"provider": False}))
    with pytest.raises(OverBudget):
        next(generate(house, ANN, "fake", paid()))


def test_a_visitor_without_a_login_is_counted_by_address_too(playground: Playground) -> None:
    house = shared(playground, visitor_cap_usd=Decimal("0.004"))
    run(house, ANN, paid())
    again = Caller(visitor="ann with a fresh cookie", address="home")
    assert left(house, again, paid()).scope == "address"
    with pytest.raises(OverBudget, match="your network"):
        next(generate(house, again, "fake", paid()))
    run(house, Caller(visitor="signed in", address="home", signed_in=True), paid())


def test_on_loopback_nothing_is_capped(playground: Playground) -> None:
    assert left(playground, ANN, paid()) == Allowance("house")


def test_an_unknown_price_is_refused_where_a_cap_holds(playground: Playground) -> None:
    assert "Nobody knows" in str(left(shared(playground), ANN, paid(options={"cost_usd": None})).refusal)


def test_a_refusal_records_nothing(playground: Playground) -> None:
    house = shared(playground, daily_cap_usd=Decimal(0))
    with pytest.raises(OverBudget):
        next(generate(house, ANN, "fake", paid()))
    assert house.store.runs("ann") == []


def test_strangers_start_only_so_many_runs_a_minute(playground: Playground) -> None:
    house = shared(playground)
    for _ in range(int(RUNS_A_VISITOR.most)):
        house.admit(ANN)
    with pytest.raises(TooManyRequests, match="Too many runs"):
        next(generate(house, ANN, "fake", paid()))
    house.admit(Caller(visitor="bob", address="home"))
    for _ in range(200):
        playground.admit(ANN)


def test_a_hundred_runs_at_once_spend_what_the_cap_holds_and_no_more(playground: Playground) -> None:
    house = shared(playground, visitor_cap_usd=Decimal(1), daily_cap_usd=Decimal("0.0390"))
    start, outcomes = threading.Barrier(100), []

    def visit(number: int) -> None:
        start.wait()
        try:
            *_, last = generate(house, Caller(visitor=f"visitor {number}"), "fake", paid())
            outcomes.append(type(last))
        except OverBudget:
            outcomes.append(OverBudget)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    finished = outcomes.count(Finished)
    assert finished + outcomes.count(OverBudget) == 100
    # Each reserves three times its bill: ten fit at once, and more as soon as bills have replaced reservations.
    assert 10 <= finished <= 28
    (standing,) = (each for each in house.budget.standings("") if each.scope == "house")
    assert standing.spent == finished * Decimal("0.0013") <= standing.cap
    assert sum(len(house.store.runs(f"visitor {number}")) for number in range(100)) == finished
