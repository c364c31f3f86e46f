"""Modes without a model: scenes with a brush that draws one colour and remembers what it was asked."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.adapters.local.control.detectors import Detectors
from backend.adapters.local.drawing.drawing import Drawing
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.scenes import Frame, Scene, prepare
from backend.domain.requests import Request
from backend.images.storage.files import ImageFiles

Keep = Callable[[Image.Image], str]
SMALL = Frame((256, 256), usual=256)


class Brush:
    """Draws every picture in one colour."""

    colour = (250, 10, 20)

    def __init__(self) -> None:
        self.drawings: list[Drawing] = []

    def __call__(self, drawing: Drawing) -> Image.Image:
        self.drawings.append(drawing)
        return Image.new("RGB", drawing.size, self.colour)


@pytest.fixture
def files(tmp_path: Path) -> ImageFiles:
    """Return an empty data folder."""
    return ImageFiles(tmp_path)


@pytest.fixture
def keep(files: ImageFiles) -> Keep:
    """Return a function that puts a picture into the data folder and returns its reference."""

    def kept(picture: Image.Image) -> str:
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        return files.put(buffer.getvalue(), "png")

    return kept


@pytest.fixture
def brush() -> Brush:
    """Return a brush."""
    return Brush()


@pytest.fixture
def scene(files: ImageFiles) -> Callable[[Request], Scene]:
    """Return a function that prepares a request for a model of 256×256."""
    return lambda request: prepare(request, files, SMALL, Detectors(Extras(offered=False)).detect)


def noise(width: int, height: int, seed: int = 1) -> Image.Image:
    """Return a picture of random pixels."""
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))


def same(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures are equal to the pixel."""
    return one.size == other.size and one.tobytes() == other.tobytes()
