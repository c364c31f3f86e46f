"""Edges are OpenCV's, to the pixel, without it."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from backend.domain.parts import Thresholds
from backend.images.edges import edges

Pixels = NDArray[np.uint8]


def drawing(side: int = 300) -> Pixels:
    """Return discs and lines over a soft ground, so that there are edges of all directions, strengths and lengths."""
    random = np.random.default_rng(5)
    rough = Image.fromarray(random.integers(0, 256, (8, 8, 3), dtype=np.uint8))
    picture = rough.resize((side, side + 40), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for x, y, wide in random.integers(10, side - 10, (20, 3)):
        colour = tuple(int(value) for value in random.integers(0, 256, 3))
        draw.ellipse((x, y, x + wide // 3, y + wide // 4), fill=colour)
        draw.line((x, y, wide, x), fill=colour)
    return np.asarray(picture)


def noise(height: int, width: int) -> Pixels:
    return np.random.default_rng(height).integers(0, 256, (height, width, 3), dtype=np.uint8)


PICTURES = {
    "a drawing": drawing(),
    "noise": noise(123, 77),
    "one pixel": noise(1, 1),
    "one row": noise(1, 9),
    "one column": noise(9, 1),
    "grey": np.repeat(drawing(90)[..., :1], 3, 2),
    "even": np.full((20, 30, 3), 200, np.uint8),
}


@pytest.mark.parametrize("thresholds", [(100, 200), (0, 0), (1, 255), (30, 90), (255, 255), (200, 100)])
@pytest.mark.parametrize("picture", PICTURES)
def test_they_are_opencvs_to_the_pixel(picture: str, thresholds: Thresholds) -> None:
    pixels = np.ascontiguousarray(PICTURES[picture])
    found = np.asarray(edges(Image.fromarray(pixels), thresholds))
    assert (found == cv2.Canny(pixels, *thresholds)[..., None]).all()


def test_there_are_some_and_they_are_white_on_black() -> None:
    found = edges(Image.fromarray(drawing()))
    assert found.mode == "RGB"
    assert found.size == (300, 340)
    assert {colour for _, colour in found.getcolors() or []} == {(0, 0, 0), (255, 255, 255)}
