"""Another program holds the record for a moment while the provider works: everything is written down after it."""

import sqlite3
import time
from contextlib import closing

from tests.pairs.page import Page
from tests.pairs.place import SLOW_SECONDS, Place
from tests.pairs.rows import Row
from tests.pairs.table import cells

HELD_SECONDS = 3 * SLOW_SECONDS
"""Longer than the order that goes on: what came of it has to wait for the record."""


@cells("record locked")
def test_what_was_paid_is_written_down_once_the_record_is_free(place: Place, page: Page, row: Row) -> None:
    books = place.books()
    going = row.under_way(place, page, books)
    with closing(sqlite3.connect(place.playground.settings.data / "playground.db", timeout=10)) as other:
        other.execute("begin immediate")
        time.sleep(HELD_SECONDS)
        other.rollback()
    place.world.faults.clear()
    going.end()
    books.balanced()
    assert books.images == len(books.bills) == row.images
