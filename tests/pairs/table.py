"""The table of pairs: what a visitor begins × what happens meanwhile. A cell is a test, or a reason why it can't occur.

In every cell what was spent, by the provider's account, is what the ledger has settled, or holds where nobody knows;
nothing is ordered after Stop or on a forgotten key; each paid image is on record or can be recovered; and no run is
left running.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.pairs.rows import Row
from tests.pairs.scripts import ROWS

COLUMNS: Mapping[str, str] = {
    "Stop": "test_stop",
    "second tab": "test_second_tab",
    "reload": "test_reload",
    "page closed": "test_page_closed",
    "key forgotten": "test_key_forgotten",
    "cap reached": "test_cap_reached",
    "429 waited out": "test_waited_out",
    "kill -9": "test_kill",
    "record locked": "test_record_locked",
    "file unfetchable": "test_file_unfetchable",
}
"""Each column with the module that has its cells."""

NO_TABS = "A script has one line and no tabs; Stop of a page stops what was begun from pages."
NO_RELOAD = "A script that comes back asks anew: there is no page that would find its run again."
NO_KEY = "A script has no key of its own: the box for it is the page's, and its event is no part of the API."
NO_CAP = "Recovering orders nothing, so that no cap is asked."
CANNOT: Mapping[tuple[str, str], str] = {
    ("MCP", "second tab"): NO_TABS,
    ("API", "second tab"): NO_TABS,
    ("v1", "second tab"): NO_TABS,
    ("MCP", "reload"): NO_RELOAD,
    ("API", "reload"): NO_RELOAD,
    ("v1", "reload"): "A program that comes back is a retry, which gets its run: `test_retries.py` of `/v1`.",
    ("MCP", "key forgotten"): NO_KEY,
    ("API", "key forgotten"): NO_KEY,
    ("v1", "key forgotten"): NO_KEY,
    ("server", "kill -9"): "Nothing comes home from there: `test_cut_short.py` of `adapters/openai` kills it instead.",
    (
        "server",
        "page closed",
    ): "A run whose images are ordered one by one goes on for 10 s after its page, so that a reload finds it.",
    (
        "queue",
        "page closed",
    ): "A queue goes on for 10 s after its page, so that a reload finds it: `test_queues.py` of `backend/presses`.",
    (
        "recover",
        "429 waited out",
    ): "Recovering orders nothing; a question that is refused is asked again by its own rules.",
    ("vary", "kill -9"): "The images that are varied are free and drawn here; the paid half of the cell is the grid's.",
    ("vary", "file unfetchable"): "No image that is varied comes from a provider: neither takes noise of ours.",
}
"""Why a pair can't occur, by row and column."""


def rows_of(column: str) -> list[Row]:
    """Return the rows that have a test in a column."""
    return [row for row in ROWS if (row.name, column) not in CANNOT]


def cells(*columns: str) -> Callable[[Callable[..., Any]], Any]:
    """Make a test of a row the tests of a column's cells; with several, of the rows that all of them have."""
    rows = [row for row in rows_of(columns[0]) if all(row in rows_of(column) for column in columns)]
    return pytest.mark.parametrize("row", [pytest.param(row, id=row.name.replace(" ", "-")) for row in rows])
