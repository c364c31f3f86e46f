"""A paid file can't be fetched: it is booked at its price, offered, and brought home without another bill."""

from tests.pairs.page import Page
from tests.pairs.place import Place, lose_files
from tests.pairs.rows import Row
from tests.pairs.table import cells


@cells("file unfetchable")
def test_what_could_not_be_fetched_is_booked_and_brought_home_later(place: Place, page: Page, row: Row) -> None:
    books = place.books()
    row.ready(place, page, books)
    lose_files(place)
    row.begin(place, page).end()
    books.balanced()
    place.world.faults.clear()
    paid, orders = list(books.bills), books.orders
    place.bring_home(page)
    books.balanced()
    assert (books.bills, books.orders) == (paid, orders)
    assert books.images == len(paid) > 0
