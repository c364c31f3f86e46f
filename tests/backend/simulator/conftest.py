"""A simulated world that draws flat colours."""

from pathlib import Path

import pytest

from backend.images.storage.files import ImageFiles
from backend.simulator.artist import FlatArtist
from backend.simulator.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return a world whose files lie in a folder of their own."""
    files = ImageFiles(tmp_path / "simulator")
    return World(FlatArtist(files), files)
