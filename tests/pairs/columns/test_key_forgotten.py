"""One's own key is forgotten while it pays: nothing more is ordered on it, and what was is kept and booked."""

from backend.simulator.world import KEY
from tests.pairs.page import Page
from tests.pairs.place import Place
from tests.pairs.rows import Row
from tests.pairs.table import cells


@cells("key forgotten")
def test_nothing_is_ordered_on_a_key_that_was_forgotten(place: Place, page: Page, row: Row) -> None:
    books = place.books()
    page.press("own-key-keep", own_key_text=KEY, backend=row.provider)
    going = row.under_way(place, page, books)
    ordered = books.orders_after(lambda: page.press("own-key-forget", backend=row.provider))
    going.end()
    books.balanced()
    assert books.orders == ordered
    assert {place.playground.budget.payer(run.id) for run in books.paid if run.backend == row.provider} == {"visitor"}
