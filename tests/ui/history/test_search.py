"""What a browser says that it searches for, and what comes of it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from backend.domain.errors import InvalidRequest
from backend.record.search import Search
from ui.history.search import MOST_WORDS, read_search


def test_what_is_said_narrows_the_search() -> None:
    said = {
        "words": "a fox",
        "mode": "inpaint",
        "favourites": True,
        "backend": "local",
        "since": "2026-01-02",
        "until": "2026-01-02",
        "least": "$0,01",
        "most": "0.5",
        "trash": True,
        "shared": True,
    }
    assert read_search(said) == Search(
        "a fox",
        "inpaint",
        "local",
        datetime(2026, 1, 2, tzinfo=UTC),
        datetime(2026, 1, 3, tzinfo=UTC),
        Decimal("0.01"),
        Decimal("0.5"),
        favourites=True,
        trash=True,
        shared=True,
    )


@pytest.mark.parametrize(
    "said",
    [
        None,
        7,
        [],
        {},
        {"words": "", "mode": "all", "backend": "all", "since": "", "least": " "},
        {"mode": "dance", "since": "soon", "until": "9999-12-31"},
        {"mode": ["inpaint"], "since": {"day": 1}, "more": "of it"},
    ],
)
def test_what_says_nothing_narrows_nothing(said: Any) -> None:
    assert read_search(said) == Search()


def test_nobody_searches_for_a_book() -> None:
    assert len(read_search({"words": "x" * 10**6}).words) == MOST_WORDS


@pytest.mark.parametrize("amount", ["much", "NaN", "1e999999", "-Infinity", ["1"]])
def test_an_amount_that_is_none_is_refused_in_words(amount: Any) -> None:
    with pytest.raises(InvalidRequest, match="write an amount in USD"):
        read_search({"least": amount})
