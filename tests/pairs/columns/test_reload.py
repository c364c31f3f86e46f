"""A reload while the provider works: the page that comes back can stop what goes on, and nothing paid is lost."""

from tests.pairs.page import Page
from tests.pairs.place import Place
from tests.pairs.rows import Row
from tests.pairs.table import cells


@cells("reload")
def test_a_page_that_comes_back_stops_what_it_left(place: Place, page: Page, row: Row) -> None:
    books = place.books()
    row.under_way(place, page, books)
    page.leave()
    back = page.again()
    back.begin("follow")
    ordered = books.orders_after(lambda: back.ask("stop"))
    books.wait_for_quiet()
    place.rest()
    books.balanced()
    back.leave()
    assert books.orders == ordered
