"""Money, time and seeds as text."""

from decimal import Decimal

import pytest

from backend.domain.capabilities import FREE, Estimate
from backend.domain.errors import InvalidRequest, NotReady, PlaygroundError, Problem, Unsupported
from backend.generation.allowance import Allowance
from tests.ui.head.test_languages import known
from ui.head import languages
from ui.look import words

CENT = Decimal("0.01")


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0.0013", "$0.0013"), ("1.5", "$1.50"), ("0", "$0"), ("0.00002", "$0.000020"), ("0.0141", "$0.0141")],
)
def test_dollars_show_the_digits_that_count(amount: str, text: str) -> None:
    assert words.dollars(Decimal(amount)) == text


def test_an_estimate_wears_its_sign_and_a_bill_does_not() -> None:
    assert words.price(Estimate(Decimal("0.0013"))) == "≈ $0.0013"
    assert words.cost(Decimal("0.0013"), "billed") == "$0.0013"
    assert words.cost(Decimal("0.0013"), "estimated") == "≈ $0.0013"


def test_unknown_is_never_nothing() -> None:
    assert words.price(Estimate(None)) == "price unknown"
    assert words.cost(None, "billed") == words.UNKNOWN_COST
    assert words.seed_text(None) == "unknown"


def test_a_range_shows_its_far_end() -> None:
    assert words.price(Estimate(Decimal("0.01"), Decimal("0.01"), Decimal("0.03"))) == "≈ $0.0100 (up to $0.0300)"


@pytest.mark.parametrize(
    ("stand", "said"),
    [
        (Allowance("nobody"), ""),
        (Allowance("house"), "This run ≈ $0.0013 · counted in 24 hours $0 · no cap"),
        (
            Allowance("visitor", counted_usd=CENT),
            "This run ≈ $0.0013 · counted in 24 hours $0.0100 · your own key pays",
        ),
        (
            Allowance("house", Decimal("0.24"), "visitor", counted_usd=CENT),
            "This run ≈ $0.0013 · counted in 24 hours $0.0100 · your cap leaves $0.2400",
        ),
        (
            Allowance("house", CENT, "house", counted_usd=CENT),
            "This run ≈ $0.0013 · counted for everybody in 24 hours $0.0100 · the cap leaves $0.0100",
        ),
        (
            Allowance("house", CENT, "address", counted_usd=CENT),
            "This run ≈ $0.0013 · counted for your network in 24 hours $0.0100 · its cap leaves $0.0100",
        ),
        (
            Allowance("house", Decimal(0), "room", counted_usd=CENT),
            "This run ≈ $0.0013 · counted in this room $0.0100 · its cap leaves $0",
        ),
    ],
)
def test_one_line_says_this_run_what_counts_and_what_the_cap_leaves(stand: Allowance, said: str) -> None:
    assert words.money_line(stand, Estimate(Decimal("0.0013"))) == said
    table = dict(languages.words("zh-Hans"))
    assert not said or known(said, table)


def test_free_is_said_so() -> None:
    assert words.price(FREE) == "free"
    assert words.cost(Decimal(0), "free") == "free"


def test_time_is_for_people() -> None:
    assert words.duration(1.44) == "1.4 s"
    assert words.duration(125) == "2 min 5 s"
    assert words.duration(None) == ""


def test_the_headline_is_the_nearest_kind_of_error() -> None:
    assert words.error_title(Unsupported([Problem("steps", "no")])) == "This backend can't do that"
    assert words.error_title(InvalidRequest([Problem("steps", "no")])) == "Some values need another look"
    assert words.error_title(NotReady("x")) == "Not ready yet"
    assert words.error_title(PlaygroundError("x")) == "The run didn't finish"
