"""Where a press that repeats ends, out of whatever a browser sent."""

from decimal import Decimal

import pytest

from backend.domain.errors import InvalidRequest
from backend.record.presses.entries import Until
from ui.queue.adding import until_of


@pytest.mark.parametrize(
    ("given", "end"),
    [
        ({}, None),
        ({"images": "20", "usd": "0.10"}, Until(20, Decimal("0.10"))),
        ({"images": " 20 ", "usd": " $1 "}, Until(20, Decimal(1))),
        ({"images": 5}, Until(5)),
        ({"images": "5", "usd": None}, Until(5)),
    ],
)
def test_images_and_dollars_are_read(given: dict[str, object], end: Until | None) -> None:
    assert until_of(given) == end


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"images": ""}, "images.*is ''; give a whole number"),
        ({"images": "-1"}, "images.*whole number"),
        ({"images": "2.5"}, "images.*whole number"),
        ({"images": "²"}, "images.*whole number"),
        ({"images": None}, "images.*whole number"),
        ({"images": "5", "usd": "a dime"}, "money.*is 'a dime'; give dollars as a number"),
        ({"images": "5", "usd": "0,10"}, "money.*dollars as a number"),
    ],
)
def test_what_is_no_number_is_refused_with_what_was_sent(given: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        until_of(given)
