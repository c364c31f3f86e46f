"""One served playground and one client for all tests of the page and its API."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file
from PIL import Image

from tests.serving import Site, served_site
from ui.serving.lean_gradio import make_one_app

make_one_app()  # as `serve` does: a page that is only built needs none at all


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a playground on the fake backend."""
    with served_site(tmp_path_factory.mktemp("data")) as site:
        yield site


@pytest.fixture(scope="session")
def client(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Client:
    """Return a client of that playground."""
    return Client(site.address, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))


@pytest.fixture
def picture(tmp_path: Path) -> Any:
    """Return a picture of 256 × 256 pixels as a script uploads it."""
    Image.linear_gradient("L").convert("RGB").save(tmp_path / "picture.png")
    return handle_file(tmp_path / "picture.png")
