"""A run while another program holds the record: what was paid is kept, and the run is closed as it ended."""

from decimal import Decimal
from typing import Any

import pytest

from backend.adapters.fake import FakeBackend
from backend.domain.caller import Caller
from backend.domain.errors import RecordBusy
from backend.domain.events import Failed, Finished
from backend.domain.requests import Request, parse_request
from backend.generation.generate import generate
from backend.playground import Playground
from backend.record.database import patience
from tests.backend.locked import Locked


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_PAUSE_SECONDS", 0.01)


def paid(**options: Any) -> Request:
    options = {"provider": True, "cost_usd": "0.02"} | options
    return parse_request({"mode": "text_to_image", "prompt": "a boat", "steps": 1, "count": 2, "options": options})


def test_a_paid_run_waits_for_a_locked_record_and_ends_as_if_there_had_been_no_lock(
    playground: Playground, caller: Caller
) -> None:
    locked = Locked(playground.store.engine)
    locked.lock_after_each_image(times=5)
    *_, last = generate(playground, caller, "fake", paid())
    assert isinstance(last, Finished)
    assert locked.refused == 10
    (made,) = playground.store.runs(caller.visitor)
    assert (made.status, len(made.images), made.cost_usd) == ("finished", 2, Decimal("0.04"))
    assert playground.budget.entry(made.id) == ("settled", Decimal("0.12"), Decimal("0.04"))


def test_a_record_that_is_locked_before_the_order_lets_nothing_be_ordered(
    playground: Playground, caller: Caller
) -> None:
    Locked(playground.store.engine).lock()
    with pytest.raises(RecordBusy, match="another program may hold it") as refusal:
        next(generate(playground, caller, "fake", paid()))
    assert refusal.value.billed == "no"
    fake = playground.backends["fake"]
    assert isinstance(fake, FakeBackend)
    assert fake.submissions == []


def test_the_end_of_a_run_that_could_not_be_written_is_written_once_it_can_be(
    playground: Playground, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.generation.recorder.patiently", lambda write: write())
    locked = Locked(playground.store.engine)
    locked.lock_after_each_image()
    *_, last = generate(playground, caller, "fake", paid())
    assert isinstance(last, Failed)
    assert isinstance(last.error, RecordBusy)
    (made,) = playground.store.runs(caller.visitor)
    assert made.status == "running"
    assert playground.unclosed.write_again() == 1
    locked.unlock()
    assert playground.unclosed.write_again() == 0
    made = playground.store.run(made.id)
    assert (made.status, made.billed, len(made.images)) == ("partial", "yes", 1)
    assert playground.budget.entry(made.id) == ("settled", Decimal("0.12"), Decimal("0.04"))
