"""A served playground for the programs' tests alone: what they make stands in no other test's history."""

from collections.abc import Iterator

import pytest

from tests.serving import Site, served_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a playground on the fake backend."""
    with served_site(tmp_path_factory.mktemp("programs")) as site:
        yield site
