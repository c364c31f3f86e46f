"""The ledger under any order of steps, by many threads, against a model in a few lines of Python."""

import tempfile
import threading
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from backend.domain.errors import OverBudget
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.money.caps import Caps
from backend.money.ledger import Budget
from backend.record.database.engine import open_database

REQUEST = parse_request({"mode": "text_to_image", "prompt": "a boat"})
CAPS = Caps(visitor=Decimal("0.10"), house=Decimal("0.25"), room=Decimal("0.15"))
VISITORS, ROOMS = ("ann", "bob", "cem"), (None, "attic")
money = st.decimals(min_value=0, max_value="0.12", places=9)


def a_run(visitor: str, room: str | None = None) -> Run:
    return Run(uuid.uuid4().hex, visitor, "fake", REQUEST, "running", datetime.now(UTC), room=room)


class Ledger(RuleBasedStateMachine):
    """Reserves, settles, releases and holds in any order; the model adds up what each entry counts."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.engine = open_database(Path(self.folder.name))
        self.budget = Budget(self.engine, CAPS)
        self.open: list[str] = []
        self.held: list[str] = []
        self.counted: dict[str, tuple[str, str | None, Decimal]] = {}

    def teardown(self) -> None:
        self.engine.dispose()
        self.folder.cleanup()

    def spent(self, visitor: str | None = None, room: str | None = None) -> Decimal:
        return sum(
            (
                amount
                for who, where, amount in self.counted.values()
                if visitor in (None, who) and room in (None, where)
            ),
            Decimal(0),
        )

    @rule(visitor=st.sampled_from(VISITORS), room=st.sampled_from(ROOMS), amount=money)
    def reserve(self, visitor: str, room: str | None, amount: Decimal) -> None:
        run = a_run(visitor, room)
        fits = (
            self.spent(visitor) + amount <= Decimal("0.10")
            and self.spent() + amount <= Decimal("0.25")
            and (room is None or self.spent(room=room) + amount <= Decimal("0.15"))
        )
        try:
            self.budget.reserve(run, amount)
        except OverBudget:
            assert not fits
        else:
            assert fits
            self.counted[run.id] = (visitor, room, amount)
            self.open.append(run.id)

    @precondition(lambda self: self.open)
    @rule(place=st.integers(0, 99), share=st.integers(0, 100))
    def settle_at_most_the_reservation(self, place: int, share: int) -> None:
        run_id = self.open.pop(place % len(self.open))
        visitor, room, amount = self.counted[run_id]
        bill = min(amount, (amount * share / 100).quantize(Decimal("1e-9")))
        self.budget.settle(run_id, bill)
        self.counted[run_id] = (visitor, room, bill)

    @precondition(lambda self: self.open)
    @rule(place=st.integers(0, 99))
    def hold(self, place: int) -> None:
        run_id = self.open.pop(place % len(self.open))
        self.budget.hold(run_id)
        self.held.append(run_id)

    @precondition(lambda self: self.open or self.held)
    @rule(place=st.integers(0, 99))
    def release(self, place: int) -> None:
        some = self.held if place % 2 and self.held else self.open or self.held
        run_id = some.pop(place % len(some))
        self.budget.release(run_id)
        del self.counted[run_id]

    @invariant()
    def the_sums_are_the_models_and_within_the_caps(self) -> None:
        for visitor in VISITORS:
            standings = {each.scope: each for each in self.budget.standings(visitor, room="attic")}
            assert standings["visitor"].spent == self.spent(visitor)
            assert standings["room"].spent == self.spent(room="attic")
            assert standings["house"].spent == self.spent()
            assert all(0 <= each.spent <= each.cap and each.left >= 0 for each in standings.values())


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=40, stateful_step_count=25)


@settings(max_examples=15)
@given(amounts=st.lists(money, min_size=2, max_size=12), cap=money)
def test_threads_never_reserve_more_than_the_cap_and_never_less_than_fits(amounts: list[Decimal], cap: Decimal) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(Path(folder))
        budget = Budget(engine, Caps(house=cap))
        refused: list[Decimal] = []
        start = threading.Barrier(len(amounts))

        def ask(amount: Decimal) -> None:
            start.wait()
            try:
                budget.reserve(a_run("ann"), amount)
            except OverBudget:
                refused.append(amount)

        threads = [threading.Thread(target=ask, args=(amount,)) for amount in amounts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent = budget.standings("ann")[0].spent
        engine.dispose()
    assert spent == sum(amounts) - sum(refused)
    assert spent <= cap
    assert all(spent + amount > cap for amount in refused)
