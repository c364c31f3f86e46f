"""The list of what waits: what it says of prices, which are estimates, and of words that a stranger wrote."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from backend.domain.requests import parse_request
from backend.playground import Playground
from backend.presses.queues import Standing
from backend.record.presses.entries import PressesQueue, QueueEntry, Until
from ui.queue.queue_list import QueueList
from ui.serving.served import Served

CENT = Decimal("0.01")


def an_entry(prompt: str = "a boat", **more: Any) -> QueueEntry:
    request = parse_request({"mode": "text_to_image", "prompt": prompt})
    given = {"id": uuid.uuid4().hex, "visitor": "ann", "position": 1, "backend": "fake", "requests": (request,)}
    return QueueEntry(**given, created=datetime.now(UTC), **more)


def drawn(playground: Playground, *entries: QueueEntry, **more: Any) -> str:
    shown = QueueList(playground, Served(playground.files, playground.holders))
    return shown.draw(Standing(PressesQueue(entries, **more), drawing=True, version=1), "ann")


def head(html: str) -> str:
    return html.partition("</header>")[0]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([{"estimate_usd": CENT}, {"estimate_usd": 2 * CENT}], "≈ $0.0300"),
        ([{"estimate_usd": CENT}, {"free": True}], "≈ $0.0100"),
        ([{"estimate_usd": CENT}, {"estimate_usd": None}], "price unknown"),
        ([{"estimate_usd": CENT}, {"free": True, "until": Until(9)}], "≈ $0.0100"),
    ],
)
def test_what_waits_has_its_prices_added_and_an_unknown_one_is_not_nothing(
    playground: Playground, entries: list[dict[str, Any]], said: str
) -> None:
    html = head(drawn(playground, *(an_entry(**more) for more in entries)))
    assert ("2 waiting" in html, said in html) == (True, True)


def test_no_sum_is_said_where_what_repeats_is_no_part_of_it(playground: Playground) -> None:
    repeats = an_entry(estimate_usd=CENT, until=Until(9, Decimal("0.5")))
    html = drawn(playground, an_entry(estimate_usd=CENT), repeats)
    assert "$" not in head(html)
    assert "≈ $0.0100 a run, up to $0.5000" in html


def test_what_is_free_says_so_in_its_line_alone(playground: Playground) -> None:
    html = drawn(playground, an_entry(free=True))
    assert ("$" in html, "free" in head(html), "free" in html) == (False, False, True)


def test_words_are_shown_as_they_were_written(playground: Playground) -> None:
    html = drawn(playground, an_entry("<img src=x> & 船", said="<b>no</b>"))
    assert ("&lt;img src=x&gt; &amp; 船" in html, "<b>" in html) == (True, False)


def test_why_it_is_paused_is_said_with_the_way_on(playground: Playground) -> None:
    html = drawn(playground, an_entry(), paused=True, said="You pressed Stop.")
    assert ("You pressed Stop." in html, "queue-resume" in html, "queue-pause" in html) == (True, True, False)


@pytest.mark.parametrize(
    ("state", "offered"),
    [("waiting", False), ("running", False), ("done", False), ("failed", True), ("refused", True), ("stopped", True)],
)
def test_what_ended_badly_can_be_tried_again(playground: Playground, state: Any, offered: bool) -> None:
    assert ("queue-again" in drawn(playground, an_entry(state=state))) == offered
