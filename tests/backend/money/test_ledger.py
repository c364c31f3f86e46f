import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from backend.domain.errors import OverBudget
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.money.caps import Caps, usd
from backend.money.ledger import Budget
from backend.record.database.engine import open_database
from backend.record.database.tables import ledger

REQUEST = parse_request({"mode": "text_to_image", "prompt": "a boat"})
CENT = Decimal("0.01")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(tmp_path)
    yield engine
    engine.dispose()


def a_run(visitor: str = "ann", room: str | None = None) -> Run:
    return Run(uuid.uuid4().hex, visitor, "fake", REQUEST, "running", datetime.now(UTC), room=room)


def aged(engine: Engine, run: Run, age: timedelta) -> None:
    with engine.begin() as connection:
        moved = update(ledger).where(ledger.c.run_id == run.id).values(created=datetime.now(UTC) - age)
        connection.execute(moved)


def test_a_visitor_spends_up_to_the_cap_and_not_a_nano_dollar_more(engine: Engine) -> None:
    budget = Budget(engine, Caps(visitor=Decimal("0.03")))
    budget.reserve(a_run(), Decimal("0.03"))
    with pytest.raises(OverBudget, match=r"\$0.00 of your \$0.03"):
        budget.reserve(a_run(), Decimal("0.000000001"))
    budget.reserve(a_run("bob"), CENT)


def test_the_refusal_says_what_is_left_and_the_ways_out(engine: Engine) -> None:
    budget = Budget(engine, Caps(visitor=Decimal("0.25")))
    budget.reserve(a_run(), Decimal("0.2487"))
    with pytest.raises(OverBudget) as refusal:
        budget.reserve(a_run(), Decimal("0.0039"))
    assert str(refusal.value) == (
        "This may cost up to $0.0039, and $0.0013 of your $0.25 for 24 hours is left. "
        "Paste a key of your own, or choose the local model, which costs nothing."
    )
    assert refusal.value.details == {"scope": "visitor", "left_usd": "0.0013"}


def test_what_counts_of_a_visitors_day_is_by_whose_money_it_is(engine: Engine) -> None:
    budget = Budget(engine)
    assert budget.counted("ann", "house") == 0
    billed, going, old = a_run(), a_run(), a_run()
    for run in (billed, going, old):
        budget.reserve(run, 3 * CENT)
    budget.settle(billed.id, CENT)
    aged(engine, old, timedelta(hours=25))
    budget.reserve(a_run(), 5 * CENT, payer="visitor")
    budget.reserve(a_run("bob"), CENT)
    assert budget.counted("ann", "house") == 4 * CENT, "a bill, and what may yet be billed"
    assert budget.counted("ann", "visitor") == 5 * CENT


def test_a_bill_below_the_reservation_leaves_the_rest(engine: Engine) -> None:
    budget = Budget(engine, Caps(visitor=Decimal("0.03")))
    run = a_run()
    budget.reserve(run, Decimal("0.03"))
    budget.settle(run.id, CENT)
    assert budget.standings("ann")[0].left == Decimal("0.02")


def test_what_is_released_is_free_again_and_what_is_held_is_not(engine: Engine) -> None:
    budget = Budget(engine, Caps(visitor=Decimal("0.03")))
    free, kept = a_run(), a_run()
    budget.reserve(free, CENT)
    budget.reserve(kept, CENT)
    budget.release(free.id)
    budget.hold(kept.id)
    assert budget.standings("ann")[0].spent == CENT


def test_a_known_bill_is_never_released(engine: Engine) -> None:
    budget = Budget(engine)
    run = a_run()
    budget.reserve(run, CENT)
    budget.settle(run.id, CENT)
    budget.hold(run.id)
    budget.release(run.id)
    assert budget.entry(run.id) == ("held", CENT, CENT)


@pytest.mark.parametrize("nonsense", ["-0.01", "NaN", "Infinity"])
def test_a_bill_that_cannot_be_one_is_held_as_unknown(engine: Engine, nonsense: str) -> None:
    budget = Budget(engine)
    run = a_run()
    budget.reserve(run, CENT)
    budget.settle(run.id, Decimal(nonsense))
    assert budget.entry(run.id) == ("held", CENT, None)


def test_a_fresh_cookie_from_the_same_address_has_no_fresh_cap(engine: Engine) -> None:
    budget = Budget(engine, Caps(visitor=Decimal("0.03")))
    budget.reserve(a_run("ann"), Decimal("0.03"), address="home")
    with pytest.raises(OverBudget, match="your network"):
        budget.reserve(a_run("ann again"), CENT, address="home")
    budget.reserve(a_run("bob"), CENT, address="elsewhere")
    budget.reserve(a_run("signed in"), CENT)


def test_all_visitors_together_have_one_cap(engine: Engine) -> None:
    budget = Budget(engine, Caps(house=Decimal("0.03")))
    for name in ("ann", "bob", "cem"):
        budget.reserve(a_run(name), CENT)
    with pytest.raises(OverBudget, match="all visitors together"):
        budget.reserve(a_run("dan"), CENT)


def test_a_room_has_its_cap_for_all_its_life(engine: Engine) -> None:
    budget = Budget(engine, Caps(room=Decimal("0.02")))
    for name in ("ann", "bob"):
        run = a_run(name, "attic")
        budget.reserve(run, CENT)
        aged(engine, run, timedelta(days=30))
    with pytest.raises(OverBudget, match="this room's"):
        budget.reserve(a_run("cem", "attic"), CENT)
    budget.reserve(a_run("cem"), CENT)


def test_after_a_day_a_visitor_may_spend_again(engine: Engine) -> None:
    budget = Budget(engine, Caps(visitor=CENT, house=CENT))
    run = a_run()
    budget.reserve(run, CENT)
    aged(engine, run, timedelta(hours=24, seconds=1))
    budget.reserve(a_run(), CENT)


def test_a_clock_that_was_set_back_hides_nothing_that_was_spent(engine: Engine) -> None:
    budget = Budget(engine, Caps(visitor=CENT))
    run = a_run()
    budget.reserve(run, CENT)
    aged(engine, run, timedelta(days=-3))
    with pytest.raises(OverBudget):
        budget.reserve(a_run(), CENT)


@pytest.mark.parametrize("payer", ["visitor", "nobody"])
def test_only_the_houses_money_counts(engine: Engine, payer: str) -> None:
    budget = Budget(engine, Caps(visitor=CENT, house=CENT, room=CENT))
    for _ in range(3):
        budget.reserve(a_run(room="attic"), Decimal(1), payer=payer)  # type: ignore[arg-type]
    assert [standing.spent for standing in budget.standings("ann", room="attic")] == [0, 0, 0]


def test_a_price_that_nobody_knows_cannot_run_under_a_cap(engine: Engine) -> None:
    with pytest.raises(OverBudget, match="Nobody knows"):
        Budget(engine, Caps(house=Decimal(5))).reserve(a_run(), None)
    Budget(engine).reserve(a_run(), None)


def test_a_refusal_leaves_no_trace(engine: Engine) -> None:
    budget = Budget(engine, Caps(visitor=CENT))
    run = a_run()
    with pytest.raises(OverBudget):
        budget.reserve(run, Decimal(1))
    assert budget.entry(run.id) is None
    assert budget.standings("ann")[0].spent == 0


def test_a_hundred_requests_at_once_get_exactly_what_the_cap_holds(engine: Engine) -> None:
    budget = Budget(engine, Caps(visitor=Decimal("0.10"), house=Decimal("0.25")))
    outcomes: list[bool] = []
    start = threading.Barrier(100)

    def ask(number: int) -> None:
        start.wait()
        try:
            budget.reserve(a_run(f"visitor {number % 4}"), CENT)
            outcomes.append(True)
        except OverBudget:
            outcomes.append(False)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count(True), outcomes.count(False)) == (25, 75)
    assert all(standing.spent <= standing.cap for n in range(4) for standing in budget.standings(f"visitor {n}"))


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0.25", "$0.25"), ("5", "$5.00"), ("0.0013", "$0.0013"), ("0", "$0.00"), ("0.0000001", "$0.000001")],
)
def test_money_as_text_keeps_the_digits_that_matter(amount: str, text: str) -> None:
    assert usd(Decimal(amount)) == text


def test_a_known_bill_counts_once_it_is_more_than_the_reservation_and_never_less(engine: Engine) -> None:
    budget = Budget(engine, Caps(visitor=Decimal("0.10")))
    run = a_run()
    budget.reserve(run, CENT)
    for known, counted in (("0.005", "0.01"), ("0.03", "0.03"), ("0.02", "0.03"), ("0", "0.03"), ("NaN", "0.03")):
        with budget.transaction() as connection:
            budget.bill(run.id, Decimal(known), connection=connection)
        assert budget.standings("ann")[0].spent == Decimal(counted)
    budget.hold(run.id)
    assert budget.standings("ann")[0].spent == Decimal("0.03")
    budget.settle(run.id, Decimal("0.04"))
    assert budget.entry(run.id) == ("settled", CENT, Decimal("0.04"))


def test_what_is_spent_already_counts_beyond_every_cap(engine: Engine) -> None:
    budget, spent = Budget(engine, Caps(visitor=CENT)), a_run()
    budget.reserve(spent, Decimal(1), spent=True)
    assert budget.entry(spent.id) == ("reserved", Decimal(1), None)
    with pytest.raises(OverBudget):
        budget.reserve(a_run(), Decimal("0.001"))
