"""A playground whose server of OpenAI's form is the simulator."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backend.adapters.openai.scene import Scene, openai_scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Return a playground that has one server alone, with prices, and the simulator behind it."""
    with openai_scene(tmp_path) as scene:
        yield scene
