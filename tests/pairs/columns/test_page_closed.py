"""The page is closed while the provider works: what was ordered comes home, and what wasn't is ordered no more."""

from tests.pairs.page import Page
from tests.pairs.place import Place
from tests.pairs.rows import Row
from tests.pairs.table import cells


@cells("page closed")
def test_what_was_ordered_lands_in_the_history_and_nothing_more_is(place: Place, page: Page, row: Row) -> None:
    books = place.books()
    going = row.under_way(place, page, books)
    ordered = books.orders_after(going.leave)
    place.rest()
    books.balanced()
    assert books.orders == ordered
    assert books.images == len(books.bills) > 0
