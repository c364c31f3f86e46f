"""What a run costs, as the API says it."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.record.run_json import run_json, runs_json

RUN = Run(
    id="r",
    visitor="v",
    backend="fake",
    request=parse_request({"mode": "text_to_image", "prompt": "a red fox", "seed": 7}),
    status="running",
    created=datetime(2026, 1, 2, tzinfo=UTC),
)


@pytest.mark.parametrize("status", ["running", "cancelled", "failed"])
def test_what_is_free_costs_nothing_also_where_it_has_not_ended_and_unknown_is_never_0(status: str) -> None:
    free = replace(RUN, status=status, cost_kind="free")
    assert (run_json(free)["cost_usd"], run_json(free)["cost_kind"]) == (0, "free")
    assert runs_json([free, free])["cost_usd"] == 0
    assert run_json(replace(free, cost_kind="unknown"))["cost_usd"] is None
    assert runs_json([free, RUN])["cost_usd"] is None


def test_the_costs_of_several_runs_are_added_as_they_are_written() -> None:
    billed = [replace(RUN, cost_usd=Decimal(each), cost_kind="billed") for each in ("0.1", "0.2")]
    assert runs_json(billed)["cost_usd"] == 0.3
