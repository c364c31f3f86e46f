import dataclasses
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image

from backend.adapters.fake import FakeBackend
from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, NotReady, Unsupported
from backend.domain.events import Committed, Event, Failed, Finished, Generated, Progress
from backend.domain.records import Run
from backend.domain.requests import Request, parse_request
from backend.generation.generate import collect, generate
from backend.playground import Playground
from backend.restore.read import read_metadata


def request(**values: Any) -> Request:
    return parse_request({"mode": "text_to_image", "prompt": "a boat", "steps": 2, **values})


def run(playground: Playground, caller: Caller, **values: Any) -> Run:
    *_, last = generate(playground, caller, "fake", request(**values))
    assert isinstance(last, Finished | Failed)
    assert last.run is not None
    return last.run


def wait_for(playground: Playground, caller: Caller, status: str) -> Run:
    for _ in range(3000):
        latest = playground.store.runs(caller.visitor, limit=1)
        if latest and latest[0].status == status:
            return latest[0]
        time.sleep(0.02)
    raise AssertionError(f"the run never became {status}: {latest}")


def closed_after(events: Iterator[Event], kind: type) -> None:
    for event in events:
        if isinstance(event, kind):
            break
    events.close()  # type: ignore[attr-defined]


def test_a_missing_seed_is_drawn_once_below_two_to_the_32_and_recorded(playground: Playground, caller: Caller) -> None:
    made = run(playground, caller, count=3)
    first = made.request.seed
    assert 0 <= first < 2**32
    assert [image.seed for image in made.images] == [first, first + 1, first + 2]
    assert playground.store.run(made.id) == made


def test_image_i_of_a_batch_is_the_single_image_of_its_seed(playground: Playground, caller: Caller) -> None:
    batch = run(playground, caller, seed=7, count=3)
    single = run(playground, caller, seed=9)
    pixels = [Image.open(playground.files.path(each.sha256)).tobytes() for each in (batch.images[2], single.images[0])]
    assert pixels[0] == pixels[1]


def test_the_backends_default_size_is_written_into_the_request(playground: Playground, caller: Caller) -> None:
    made = run(playground, caller)
    assert (made.request.width, made.request.height) == (256, 256)  # type: ignore[union-attr]


def test_every_image_is_on_disk_with_its_request_when_its_event_comes(playground: Playground, caller: Caller) -> None:
    for event in generate(playground, caller, "fake", request(count=2, seed=5)):
        if isinstance(event, Generated):
            assert event.record is not None
            own = read_metadata(playground.files.read(event.record.sha256))
            assert own is not None
            assert own.recipe["prompt"] == "a boat"
            assert own.recipe["seed"] == 5 + event.index


def test_a_free_run_is_free_and_a_bill_is_a_bill(playground: Playground, caller: Caller) -> None:
    free = run(playground, caller)
    assert (free.cost_kind, free.cost_usd) == ("free", 0)
    paid = run(playground, caller, count=2, options={"provider": True})
    assert (paid.cost_kind, paid.cost_usd) == ("billed", Decimal("0.0026"))
    assert playground.budget.entry(paid.id) == ("settled", Decimal("0.0078"), Decimal("0.0026"))


def test_an_untold_cost_is_unknown_and_never_zero(playground: Playground, caller: Caller) -> None:
    made = run(playground, caller, options={"provider": True, "cost_usd": None})
    assert (made.cost_kind, made.cost_usd) == ("unknown", None)
    entry = playground.budget.entry(made.id)
    assert entry is not None
    assert entry[0] == "held"


def test_an_untold_seed_is_unknown(playground: Playground, caller: Caller) -> None:
    assert run(playground, caller, options={"tell_seed": False}).images[0].seed is None


def test_the_providers_own_bytes_are_kept_beside_the_file(playground: Playground, caller: Caller) -> None:
    (image,) = run(playground, caller, options={"provider": True}).images
    assert image.original is not None
    assert image.original != image.sha256
    assert playground.files.read(image.original)


def test_images_before_a_failure_are_kept_and_paid(playground: Playground, caller: Caller) -> None:
    made = run(playground, caller, count=3, options={"provider": True, "fail_after": 2})
    assert made.status == "partial"
    assert len(made.images) == 2
    assert made.cost_usd == Decimal("0.0026")
    assert made.billed == "no"


def test_a_failure_before_any_bill_releases_the_money(playground: Playground, caller: Caller) -> None:
    made = run(playground, caller, options={"provider": True, "fail_after": 0, "failure": "no credit"})
    assert made.status == "failed"
    entry = playground.budget.entry(made.id)
    assert entry is not None
    assert (entry[0], entry[2]) == ("released", 0)


def test_a_time_out_holds_the_money_since_nobody_knows(playground: Playground, caller: Caller) -> None:
    made = run(playground, caller, options={"provider": True, "fail_after": 0, "failure": "time-out"})
    assert (made.billed, made.cost_usd, made.cost_kind) == ("unknown", None, "unknown")
    entry = playground.budget.entry(made.id)
    assert entry is not None
    assert entry[0] == "held"


def test_a_backends_own_fault_closes_the_run_without_its_text(playground: Playground, caller: Caller) -> None:
    made = run(playground, caller, options={"fail_after": 0, "failure": "bug"})
    assert made.status == "failed"
    assert made.error is not None
    assert "secret" not in made.error


def test_leaving_a_local_run_stops_it_and_keeps_what_came(playground: Playground, caller: Caller) -> None:
    events = generate(playground, caller, "fake", request(count=20, options={"seconds": 0.1}))
    closed_after(events, Generated)
    left = wait_for(playground, caller, "cancelled")
    assert 1 <= len(left.images) < 20


def test_leaving_after_submission_collects_the_run_to_its_end(playground: Playground, caller: Caller) -> None:
    events = generate(playground, caller, "fake", request(count=3, options={"provider": True, "seconds": 0.1}))
    closed_after(events, Committed)
    done = wait_for(playground, caller, "finished")
    assert len(done.images) == 3
    assert done.cost_usd == Decimal("0.0039")


def test_the_providers_ids_are_on_disk_before_anything_else_happens(playground: Playground, caller: Caller) -> None:
    events = generate(playground, caller, "fake", request(options={"provider": True, "seconds": 3.0}))
    while not isinstance(next(events), Committed):
        pass
    for _ in range(500):
        (stored,) = playground.store.runs(caller.visitor)
        if stored.provider_ids:
            break
        time.sleep(0.005)
    assert stored.status == "running"
    assert stored.provider_ids["fake_id"]


def test_an_interrupted_run_is_collected_without_a_new_submission(playground: Playground, caller: Caller) -> None:
    made = run(playground, caller, count=3, seed=5, options={"provider": True, "fail_after": 1})
    fake = playground.backends["fake"]
    assert isinstance(fake, FakeBackend)
    *_, last = collect(playground, caller, dataclasses.replace(made, status="running"))
    assert isinstance(last, Finished)
    assert [image.seed for image in last.run.images] == [5, 6, 7]
    assert len(fake.submissions) == 1


@pytest.mark.parametrize(
    ("backend", "values", "error"),
    [
        ("nowhere", {}, Unsupported),
        ("fake", {"options": {"no such": 1}}, InvalidRequest),
        ("fake", {"controls": [{"image": "0" * 64}] * 4}, Unsupported),
    ],
)
def test_a_refusal_comes_before_anything_is_recorded(
    playground: Playground, caller: Caller, backend: str, values: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        next(generate(playground, caller, backend, request(**values)))
    assert playground.store.runs(caller.visitor) == []


def test_a_backend_that_misses_something_says_what(playground: Playground, caller: Caller) -> None:
    class Keyless(FakeBackend):
        def missing(self, caller: Caller) -> str | None:
            return "Set A_KEY, or paste a key."

    keyless = dataclasses.replace(playground, backends={"fake": Keyless(playground.files)})
    with pytest.raises(NotReady, match="Set A_KEY"):
        next(generate(keyless, caller, "fake", request()))


def test_local_runs_show_progress_with_previews(playground: Playground, caller: Caller) -> None:
    steps = [event for event in generate(playground, caller, "fake", request(steps=4)) if isinstance(event, Progress)]
    assert [(event.step, event.total) for event in steps] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert all(event.preview is not None and event.preview[:2] == b"\xff\xd8" for event in steps)
