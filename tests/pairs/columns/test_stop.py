"""Stop, pressed while the provider works: nothing more is ordered, and what was ordered is paid, kept and booked."""

from backend.simulator.faults import Fault
from tests.pairs.books import ORDERS
from tests.pairs.page import Page
from tests.pairs.place import Place
from tests.pairs.rows import Row
from tests.pairs.table import cells

WAIT = 1.5
"""Seconds that the provider asks for: a cancel is heard between two answers, up to half a second later."""


@cells("Stop")
def test_nothing_is_ordered_after_stop_and_what_was_ordered_is_kept(place: Place, page: Page, row: Row) -> None:
    books = place.books()
    going = row.under_way(place, page, books)
    ordered = books.orders_after(going.stop)
    going.end()
    place.rest()
    books.balanced()
    assert books.orders == ordered


@cells("Stop", "429 waited out")
def test_what_is_put_off_by_a_429_is_not_asked_for_again_after_stop(place: Place, page: Page, row: Row) -> None:
    books = place.books()
    row.ready(place, page, books)
    for operation in ORDERS:
        place.world.faults.add(Fault(kind="status", status=429, retry_after=WAIT, operation=operation, times=2))
    going = row.begin(place, page)
    books.wait(lambda: books.orders >= row.at_once, "nothing is ordered")
    ordered = books.orders_after(going.stop)
    going.end()
    place.rest(WAIT + 0.3)
    books.balanced()
    assert books.orders == ordered
