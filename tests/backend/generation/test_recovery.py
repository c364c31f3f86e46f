import dataclasses
import threading
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from backend.adapters.fake import FakeBackend
from backend.adapters.job import Job
from backend.domain.caller import Caller
from backend.domain.events import Finished
from backend.domain.records import Run
from backend.domain.requests import Request, parse_request
from backend.generation.generate import generate
from backend.generation.recovery import recover
from backend.playground import Playground
from tests.backend.abandoned import abandon
from tests.backend.locked import Locked


def a_request(**values: Any) -> Request:
    return parse_request({"mode": "text_to_image", "prompt": "a boat", "seed": 5, "count": 2, "steps": 1, **values})


def left_running(playground: Playground, run_id: str = "a" * 32, backend: str = "fake", **values: Any) -> Run:
    run = Run(run_id, "visitor-1", backend, a_request(), "running", datetime.now(UTC), **values)
    playground.budget.reserve(run, Decimal("0.01"))
    playground.store.add(run)
    abandon(playground, run.id)
    return run


def wait_until_finished(playground: Playground, run: Run) -> None:
    for _ in range(3000):
        if playground.store.run(run.id).status == "finished":
            return
        time.sleep(0.02)
    raise AssertionError(f"{run.id} was never finished")


def test_a_run_that_no_provider_knows_is_closed_and_its_money_released(playground: Playground) -> None:
    run = left_running(playground)
    recover(playground).join(60)
    closed = playground.store.run(run.id)
    assert closed.status == "interrupted"
    assert closed.error is not None
    assert "same seed" in closed.error
    assert playground.budget.entry(run.id) == ("released", Decimal("0.01"), Decimal(0))


def test_a_run_that_a_provider_accepted_is_collected_and_settled(playground: Playground) -> None:
    run = left_running(playground, provider_ids={"fake_id": "x"})
    recover(playground).join(60)
    done = playground.store.run(run.id)
    assert done.status == "finished"
    assert [image.seed for image in done.images] == [5, 6]
    fake = playground.backends["fake"]
    assert isinstance(fake, FakeBackend)
    assert fake.submissions == []


def test_without_the_key_it_is_kept_for_later_and_its_money_held(playground: Playground) -> None:
    class Keyless(FakeBackend):
        def missing(self, caller: Caller) -> str | None:
            return "Paste your key."

    keyless = dataclasses.replace(playground, backends={"fake": Keyless(playground.files)})
    run = left_running(keyless, provider_ids={"fake_id": "x"})
    recover(keyless).join(60)
    kept = playground.store.run(run.id)
    assert (kept.status, kept.billed) == ("interrupted", "unknown")
    assert kept.error is not None
    assert "Paste your key" in kept.error
    entry = playground.budget.entry(run.id)
    assert entry is not None
    assert entry[0] == "held"


def test_a_submitted_run_of_a_backend_that_is_gone_is_held_since_it_may_be_billed(playground: Playground) -> None:
    gone = dataclasses.replace(playground, backends={})
    run = left_running(gone, provider_ids={"fake_id": "x"})
    recover(gone).join(60)
    kept = playground.store.run(run.id)
    assert (kept.status, kept.billed) == ("interrupted", "unknown")
    entry = playground.budget.entry(run.id)
    assert entry is not None
    assert entry[0] == "held"


def test_a_record_that_is_locked_for_a_while_leaves_no_run_running(
    playground: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.generation.recovery.PAUSES_SECONDS", (0.01,))
    monkeypatch.setattr("backend.generation.recorder.patiently", lambda write: write())
    paid = left_running(playground, "a" * 32, provider_ids={"fake_id": "x"})
    others = [left_running(playground, letter * 32) for letter in "bc"]
    locked = Locked(playground.store.engine)
    locked.lock(times=25)
    recover(playground).join(60)
    assert locked.refused == 25
    assert playground.store.run(paid.id).status == "finished"
    assert all(playground.store.run(run.id).status == "interrupted" for run in others)


def test_money_comes_first(playground: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.generation.recovery.AT_ONCE", 1)
    unpaid = left_running(playground, "a" * 32)
    paid = left_running(playground, "b" * 32, provider_ids={"fake_id": "x"})
    closed: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("UPDATE runs") and {"interrupted", "finished"} & set(parameters):
            closed.append(parameters[-1])

    event.listen(playground.store.engine, "before_cursor_execute", note)
    recover(playground).join(60)
    assert closed == [paid.id, unpaid.id]


def test_a_run_that_cannot_be_recovered_does_not_keep_the_others_from_it(
    playground: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.generation.recovery.PAUSES_SECONDS", (0.01,))

    class Broken(FakeBackend):
        def missing(self, caller: Caller) -> str | None:
            if broken:
                raise RuntimeError("an inner matter")
            return None

    broken = True
    house = dataclasses.replace(
        playground, backends={"fake": FakeBackend(playground.files), "odd": Broken(playground.files)}
    )
    odd = left_running(house, "a" * 32, backend="odd", provider_ids={"fake_id": "x"})
    paid = left_running(house, "b" * 32, provider_ids={"fake_id": "x"})
    thread = recover(house)
    wait_until_finished(house, paid)
    assert [house.store.run(run.id).status for run in (odd, paid)] == ["running", "finished"]
    broken = False
    thread.join(60)
    assert house.store.run(odd.id).status == "finished"


def test_a_run_that_began_before_recovery_looked_is_left_alone(playground: Playground) -> None:
    events = generate(playground, Caller(visitor="visitor-1"), "fake", a_request(options={"seconds": 1}))
    next(events)
    recover(playground).join(60)
    *_, last = events
    assert isinstance(last, Finished)
    assert last.run.status == "finished"


def test_a_slow_provider_keeps_no_other_run_waiting(playground: Playground) -> None:
    class Slow(FakeBackend):
        def collect(self, run: Run, caller: Caller, job: Job) -> None:
            assert answered.wait(60)
            super().collect(run, caller, job)

    answered = threading.Event()
    backends = {"fake": FakeBackend(playground.files), "slow": Slow(playground.files)}
    house = dataclasses.replace(playground, backends=backends)
    slow = left_running(house, "a" * 32, backend="slow", provider_ids={"fake_id": "x"})
    quick = left_running(house, "b" * 32, provider_ids={"fake_id": "x"})
    thread = recover(house)
    wait_until_finished(house, quick)
    assert house.store.run(slow.id).status == "running"
    answered.set()
    thread.join(60)
    assert house.store.run(slow.id).status == "finished"
