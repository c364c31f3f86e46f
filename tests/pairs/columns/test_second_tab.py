"""A second tab of the visitor's: its Stop reaches what the first tab has begun."""

from tests.pairs.page import Page
from tests.pairs.place import Place
from tests.pairs.rows import Row
from tests.pairs.table import cells


@cells("second tab")
def test_stop_in_a_second_tab_stops_what_the_first_has_begun(place: Place, page: Page, row: Row) -> None:
    books = place.books()
    going = row.under_way(place, page, books)
    second = page.again()
    second.begin("follow")
    ordered = books.orders_after(lambda: second.ask("stop"))
    going.end()
    books.balanced()
    second.leave()
    assert books.orders == ordered
