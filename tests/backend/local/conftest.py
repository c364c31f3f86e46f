"""The embedded model, loaded once for all tests of the local engine."""

from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from backend.local.checkpoint import EMBEDDED, find
from backend.local.drawing import Drawing
from backend.local.engine import Engine
from backend.local.extras import Extras
from backend.local.weights import load
from backend.requests import TextToImage

Draw = Callable[..., Image.Image]
PROMPT = "a red circle on a blue background"


@pytest.fixture(scope="session")
def engine() -> Engine:
    """Return the engine with the embedded model."""
    checkpoint = find("tiny")
    assert checkpoint
    return load(checkpoint, Extras(offered=False), lambda *_: None)


@pytest.fixture(scope="session")
def plain(engine: Engine) -> Any:
    """Return diffusers' own pipeline on the same weights, with a scheduler of its own."""
    from diffusers import FlowMatchEulerDiscreteScheduler, ZImagePipeline

    components = engine.pipe.components
    scheduler = FlowMatchEulerDiscreteScheduler.from_pretrained(EMBEDDED, subfolder="scheduler")
    pipe = ZImagePipeline(**components | {"scheduler": scheduler})
    pipe.set_progress_bar_config(disable=True)
    return pipe


@pytest.fixture
def draw(engine: Engine) -> Draw:
    """Return a function that draws a text-to-image request of 128×128 with the values given."""

    def drawn(*, seed: int = 7, on_step: Any = None, size: tuple[int, int] = (128, 128), **values: Any) -> Image.Image:
        asked = TextToImage(**{"prompt": PROMPT, "steps": 4} | values)
        return engine.draw(Drawing(request=asked, seed=seed, size=size), on_step or (lambda *_: None))

    return drawn
