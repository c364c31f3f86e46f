"""One playground with its provider for all cells of a column, and what begins and ends a cell."""

from collections.abc import Iterator

import pytest

from tests.pairs.page import Page
from tests.pairs.place import Place, place_in


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Serve a playground without caps."""
    with place_in(tmp_path_factory.mktemp("place")) as place:
        yield place


@pytest.fixture
def page(place: Place) -> Iterator[Page]:
    """Open the page of a new visitor; what goes wrong at the provider ends with the cell."""
    page = place.page()
    yield page
    page.leave()
    place.world.faults.clear()
