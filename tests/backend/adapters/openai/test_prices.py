"""The owner's price file: an image's own price, else the least that covers it, and nothing beyond all of them."""

from decimal import Decimal

import pytest

from backend.adapters.openai.mapping import Route
from backend.adapters.openai.prices import PriceList

LIST = PriceList.model_validate(
    {
        "as_of": "2026-11-30",
        "prices": [
            {"width": 512, "height": 512, "usd": "0.001"},
            {"width": 1024, "height": 1024, "steps": 8, "usd": 0.003},
            {"width": 1024, "height": 1024, "steps": 20, "usd": "0.007"},
            {"width": 1024, "height": 768, "steps": 8, "usd": "0.004"},
            {"width": 1024, "height": 1024, "steps": 50, "usd": "0.02", "route": "edits"},
        ],
    }
)


@pytest.mark.parametrize(
    ("size", "steps", "route", "usd"),
    [
        ((512, 512), 50, "generations", "0.001"),
        ((1024, 1024), 8, "generations", "0.003"),
        ((1024, 1024), 9, "generations", "0.007"),
        ((768, 1024), 8, "generations", "0.004"),
        ((640, 640), 4, "generations", "0.003"),
        ((1024, 1024), 21, "generations", None),
        ((1024, 1024), 21, "edits", "0.02"),
        ((2048, 2048), 8, "generations", None),
    ],
)
def test_what_one_image_costs(size: tuple[int, int], steps: int, route: Route, usd: str | None) -> None:
    assert LIST.of_one(size, steps, route) == (None if usd is None else Decimal(usd))


def test_several_cost_so_many_times_as_much() -> None:
    estimate = LIST.estimate((1024, 1024), 8, "generations", 3)
    assert (estimate.likely, estimate.most, estimate.free) == (Decimal("0.009"), Decimal("0.009"), False)


def test_beyond_the_list_nobody_knows() -> None:
    estimate = LIST.estimate((2048, 2048), 8, "generations", 3)
    assert (estimate.likely, estimate.most, estimate.free) == (None, None, False)
    assert "no price for this size" in estimate.note
