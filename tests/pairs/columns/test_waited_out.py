"""A provider that says 429 and names a moment: it is waited for, and then asked once."""

from backend.simulator.faults import Fault
from tests.pairs.books import ORDERS
from tests.pairs.page import Page
from tests.pairs.place import Place
from tests.pairs.rows import Row
from tests.pairs.table import cells

WAIT = 0.3


@cells("429 waited out")
def test_a_refusal_with_a_moment_is_waited_out_and_paid_once(place: Place, page: Page, row: Row) -> None:
    books = place.books()
    for operation in ORDERS:
        place.world.faults.add(Fault(kind="status", status=429, retry_after=WAIT, operation=operation))
    row.done(place, page, books)
    books.balanced()
    assert books.images == len(books.bills) == row.images
