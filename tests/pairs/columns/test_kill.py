"""Kill -9 while the provider works: the playground that starts again brings home what was paid, and orders nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.images.storage.files import ImageFiles
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.record.database.engine import open_database
from backend.record.store import Store
from tests.pairs.app_process import AppProcess
from tests.pairs.place import Place, provider, settings_of
from tests.pairs.rows import Row
from tests.pairs.table import cells

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[AppProcess]:
    (tmp_path / "data").mkdir()
    with provider(tmp_path) as (world, address):
        app = AppProcess(tmp_path / "data", address, world)
        app.start()
        yield app
        app.kill()


@pytest.fixture
def place(app: AppProcess) -> Iterator[Place]:
    """Look at the record from outside, as the one who counts."""
    engine = open_database(app.data)
    settings = settings_of(app.data, app.provider)
    record = Playground(settings, {}, Store(engine), Budget(engine), ImageFiles(app.data / "images"), "runware")
    yield Place(record, app.world, app.address)
    engine.dispose()


@cells("kill -9")
def test_what_was_paid_comes_home_after_a_kill_and_nothing_is_ordered_again(
    place: Place, app: AppProcess, row: Row
) -> None:
    books, page = place.books(), place.page()
    going = row.under_way(place, page, books)
    app.kill()
    going.leave()
    place.rest()
    place.world.faults.clear()
    ordered = books.orders
    app.start()
    books.wait_for_quiet()
    books.balanced()
    again = page.again()
    place.bring_home(again)
    again.leave()
    books.balanced()
    assert books.orders == ordered
    assert books.images == len(books.bills) > 0
