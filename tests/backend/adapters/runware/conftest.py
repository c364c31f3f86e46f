"""A playground whose Runware is the simulator."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backend.adapters.runware.scene import Scene, runware_scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Return a playground that has Runware alone, with the simulator behind it."""
    with runware_scene(tmp_path) as scene:
        yield scene
