"""The table is whole: every pair of a row and a column is a test, or has its reason."""

import importlib
from itertools import product

import pytest

from tests.pairs.scripts import ROWS
from tests.pairs.table import CANNOT, COLUMNS

NAMES = [row.name for row in ROWS]


def covered(column: str) -> set[str]:
    """Return the rows for which the column's module has a test that can run."""
    module = importlib.import_module(f"tests.pairs.columns.{COLUMNS[column]}")
    found: set[str] = set()
    for name, test in vars(module).items():
        for mark in getattr(test, "pytestmark", []) if name.startswith("test_") else []:
            if mark.name == "parametrize" and mark.args[0] == "row":
                found |= {case.values[0].name for case in mark.args[1] if not case.marks}
    return found


def test_the_rows_and_columns_are_those_that_were_asked_for() -> None:
    assert (
        ", ".join(NAMES)
        == "run, server, batch, choices, grid, compare, vary, control map, recover, queue, room, MCP, API, v1"
    )
    assert len(COLUMNS) == 10


@pytest.mark.parametrize("column", COLUMNS)
def test_every_pair_is_a_test_or_has_its_reason(column: str) -> None:
    for row in NAMES:
        assert (row in covered(column)) is not ((row, column) in CANNOT), f"{row} × {column}"


def test_every_reason_is_of_a_pair_and_says_something() -> None:
    assert set(CANNOT) <= set(product(NAMES, COLUMNS))
    assert all(len(reason.split()) > 5 and reason.endswith(".") for reason in CANNOT.values())
