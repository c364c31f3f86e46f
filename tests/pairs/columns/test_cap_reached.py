"""A visitor's cap is reached, before or in the middle: nothing is ordered above it, and what was paid stays."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.pairs.books import Books
from tests.pairs.page import Page
from tests.pairs.place import Place, place_in
from tests.pairs.rows import RUN, Row
from tests.pairs.table import cells

CAP = Decimal("0.006")
"""USD: an image is reserved at 0.0019 and billed at 0.0006, three at once at 0.0057, which fits once and not twice."""
MOST_TIMES = 12


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Serve a playground whose visitors have little."""
    caps = {"PLAYGROUND_VISITOR_CAP_USD": CAP, "PLAYGROUND_DAILY_CAP_USD": 100, "PLAYGROUND_ROOM_CAP_USD": 100}
    with place_in(tmp_path_factory.mktemp("place"), PLAYGROUND_TRUSTED_PROXY="127.0.0.1", **caps) as place:
        yield place


@cells("cap reached")
def test_nothing_is_ordered_above_the_cap_and_what_was_paid_stays(place: Place, page: Page, row: Row) -> None:
    books = place.books()
    row.ready(place, page, books)
    spend(place, page, RUN if row.name == "recover" else row, books)
    if row.name == "recover":
        row.begin(place, page).end()
    books.balanced()
    assert 0 < sum(books.bills) <= CAP
    assert books.images == len(books.bills)


def spend(place: Place, page: Page, row: Row, books: Books) -> None:
    """Begin it again and again, until nothing is ordered for it any more."""
    for _ in range(MOST_TIMES):
        ordered = books.orders
        row.begin(place, page).end()
        if books.orders == ordered:
            return
    pytest.fail("the cap is never reached")
