"""A paid file can't be fetched: it is booked at its price, offered, and brought home without another bill."""

import pytest

from backend.adapters.provider.backend import ProviderBackend
from tests.pairs.page import Page
from tests.pairs.place import Place, lose_files
from tests.pairs.rows import Row
from tests.pairs.table import cells, rows_of


@pytest.fixture(autouse=True)
def _asked_again_at_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the lines ask for a broken file as often as in earnest, without the seven seconds in between."""
    for name in ("runware", "modelrunner"):
        backend = place.playground.backends[name]
        assert isinstance(backend, ProviderBackend)
        monkeypatch.setattr(backend.line, "_sleep", lambda _: None)


@cells("file unfetchable")
def test_what_could_not_be_fetched_is_booked_and_brought_home_later(place: Place, page: Page, row: Row) -> None:
    lose_and_find(place, page, row, "gone")


MISSING = [
    *[("control map", kind) for kind in ("html_image", "cut", "drop", "garbage", "status")],
    *[(name, kind) for name in ("batch", "recover") for kind in ("html_image", "cut")],
]


@pytest.mark.parametrize(("name", "kind"), MISSING)
def test_whatever_comes_instead_of_a_file_it_is_booked_and_brought_home(
    place: Place, page: Page, name: str, kind: str
) -> None:
    (row,) = [row for row in rows_of("file unfetchable") if row.name == name]
    lose_and_find(place, page, row, kind)


def lose_and_find(place: Place, page: Page, row: Row, kind: str) -> None:
    """Begin it while no file can be fetched, and recover it once all can."""
    books = place.books()
    row.ready(place, page, books)
    lose_files(place, kind)
    row.begin(place, page).end()
    books.balanced()
    place.world.faults.clear()
    paid, orders = list(books.bills), books.orders
    place.bring_home(page)
    books.balanced()
    assert (books.bills, books.orders) == (paid, orders)
    assert books.images == len(paid) > 0
