"""What a program is told of each thing that can go wrong, and whether it may ask again."""

import dataclasses
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from backend.adapters.provider.refusals import value_refused
from backend.domain import errors
from backend.domain.errors import InvalidRequest, PlaygroundError, Problem
from backend.domain.records import Run, RunImage
from backend.domain.requests import parse_request
from ui.endpoints.door.refusals import broken, refused

REQUEST = parse_request({"mode": "text_to_image", "prompt": "a boat", "seed": 7})
AGAIN = (408, 409, 429, *range(500, 600))
"""What stock clients ask again on."""


def run(**values: Any) -> Run:
    fresh = Run(uuid.uuid4().hex, "ann", "fake", REQUEST, "failed", datetime.now(UTC), cost_kind="unknown")
    return dataclasses.replace(fresh, **values)


def kinds() -> list[type[PlaygroundError]]:
    found = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, PlaygroundError)]
    return [kind for kind in found if kind not in (InvalidRequest, errors.Unsupported, errors.TooManyRequests)]


@pytest.mark.parametrize("billed", ["yes", "unknown"])
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_what_was_or_may_have_been_billed_is_never_asked_for_again(kind: type[PlaygroundError], billed: Any) -> None:
    begun = run(billed=billed)
    for told in (refused(kind("It broke.", billed=billed), [begun]), refused(kind("It broke.", billed="no"), [begun])):
        assert told.status in (402, 424)
        assert told.status not in AGAIN
        assert told.headers["x-should-retry"] == "false"
        assert told.headers["x-playground-run-id"] == begun.id
        assert "retry-after" not in told.headers
        assert told.billed == billed


@pytest.mark.parametrize(
    ("error", "status", "again"),
    [
        (errors.WrongKey("no"), 401, False),
        (errors.OverBudget("no"), 402, False),
        (errors.InsufficientCredit("no"), 402, False),
        (errors.NotAllowed("no"), 403, False),
        (errors.NotFound("no"), 404, False),
        (errors.NotReady("no"), 409, False),
        (errors.AskedOtherwise("no"), 422, False),
        (errors.ProviderRefused("no"), 400, False),
        (errors.OutOfMemory("no"), 400, False),
        (errors.ProviderBusy("no"), 503, True),
        (errors.ProviderUnreachable("no"), 502, True),
        (errors.StorageFull("no"), 503, True),
        (errors.GenerationFailed("no"), 502, True),
        (errors.TooManyRequests("runs", wait_seconds=3), 429, True),
        (errors.TooManyRequests("uploads", wait_seconds=90), 429, False),
    ],
)
def test_each_kind_has_its_status(error: PlaygroundError, status: int, again: bool) -> None:
    told = refused(error)
    assert (told.status, told.again) == (status, again)
    assert told.headers["x-should-retry"] == str(again).lower()
    assert ("retry-after" in told.headers) == isinstance(error, errors.TooManyRequests)


def test_a_providers_own_code_is_never_told_as_this_playgrounds() -> None:
    theirs = {"status": 401, "code": "invalid_api_key"}
    assert (
        refused(errors.ProviderRefused("It refuses this server's key.", details=theirs)).code == "refused_by_provider"
    )
    assert refused(errors.InsufficientCredit("Empty.", details={"code": ""})).code == "insufficient_credit"
    assert refused(errors.NotFound("None.", details={"code": "model_not_found"})).code == "model_not_found"


def test_what_a_provider_refuses_is_named_where_it_names_it() -> None:
    kind, message = value_refused("cloud", "too large", ["guidance", "steps"])
    assert refused(kind(message)).field == "guidance"
    assert refused(kind(value_refused("cloud", "no", [])[1])).field is None
    assert refused(errors.ProviderRefused("Check `RUNWARE_API_KEY` at the console.")).field is None


def test_a_free_run_that_ended_without_a_word_on_its_bill_cost_nothing() -> None:
    stopped = PlaygroundError("The run was stopped.", billed="unknown")
    told = refused(stopped, [run(cost_kind="free", billed="no")])
    assert (told.billed, told.status) == ("no", 502)


@pytest.mark.parametrize(
    ("problem", "field"),
    [
        (Problem("steps", "is 99."), "steps"),
        (Problem("loras.0.model", "is missing."), "loras.0.model"),
        (Problem("", "`seed` plus 3 for the last image is above 9."), "seed"),
        (Problem("", "Nothing of it is right."), "body"),
    ],
)
def test_a_field_is_always_named(problem: Problem, field: str) -> None:
    assert refused(InvalidRequest([problem])).field == field


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_a_paid_run_that_is_over_is_never_asked_for_again_whatever_keeps_its_answer(
    kind: type[PlaygroundError],
) -> None:
    picture = RunImage(0, "0" * 64, "png", 256, 256, 7, Decimal("0.01"))
    for cost, status in (("billed", "finished"), ("estimated", "finished"), ("unknown", "running")):
        begun = run(status=status, billed=None, cost_kind=cost, images=(picture,) if status == "finished" else ())
        told = refused(kind("The disk is away."), [begun])
        assert told.status in (402, 424)
        assert not told.again


def test_a_fault_of_our_own_is_asked_again_only_before_a_run() -> None:
    assert broken([]).status == 500
    assert broken(["a"]).status == 424
    assert broken(["a"]).headers["x-playground-run-id"] == "a"
    assert broken(["a"]).headers["x-should-retry"] == "false"
