import dataclasses
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from backend.caller import Caller
from backend.fake import FakeBackend
from backend.playground import Playground
from backend.recovery import recover
from backend.requests import parse_request
from backend.runs.records import Run


def left_running(playground: Playground, **values: Any) -> Run:
    request = parse_request({"mode": "text_to_image", "prompt": "a boat", "seed": 5, "count": 2, "steps": 1})
    run = Run("a" * 32, "visitor-1", "fake", request, "running", datetime.now(UTC), **values)
    playground.budget.reserve(run, Decimal("0.01"))
    playground.store.add(run)
    return run


def test_a_run_that_no_provider_knows_is_closed_and_its_money_released(playground: Playground) -> None:
    run = left_running(playground)
    recover(playground).join(5)
    closed = playground.store.run(run.id)
    assert closed.status == "interrupted"
    assert closed.error is not None
    assert "same seed" in closed.error
    assert playground.budget.entry(run.id) == ("released", Decimal("0.01"), Decimal(0))


def test_a_run_that_a_provider_accepted_is_collected_and_settled(playground: Playground) -> None:
    run = left_running(playground, provider_ids={"fake_id": "x"})
    recover(playground).join(5)
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
    recover(keyless).join(5)
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
    recover(gone).join(5)
    kept = playground.store.run(run.id)
    assert (kept.status, kept.billed) == ("interrupted", "unknown")
    entry = playground.budget.entry(run.id)
    assert entry is not None
    assert entry[0] == "held"
