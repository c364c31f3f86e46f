"""The mark's filters do as OpenCV does, with which the marks of before were written."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from backend.images.watermark.smoothing import blurred, halved, mean_around

SIZES = [(128, 128), (64, 200), (17, 40)]


def pixels(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(2).integers(0, 256, (height, width, 3), dtype=np.uint8)


def plane(height: int, width: int) -> NDArray[np.float32]:
    return np.random.default_rng(2).normal(0, 30, (height, width)).astype(np.float32)


@pytest.mark.parametrize("size", SIZES)
def test_half_the_size_is_to_the_bit(size: tuple[int, int]) -> None:
    height, width = (side // 2 * 2 for side in size)
    even = np.ascontiguousarray(pixels(*size)[:height, :width])
    expected = cv2.resize(even, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    assert (halved(pixels(*size)) == expected).all()


@pytest.mark.parametrize("size", SIZES)
def test_blurs_are_but_for_what_processors_round_differently(size: tuple[int, int]) -> None:
    values = plane(*size)
    assert np.abs(blurred(values) - cv2.GaussianBlur(values, (0, 0), 4)).max() < 1e-4
    for side in (17, 31):
        assert np.abs(mean_around(values, side) - cv2.blur(values, (side, side))).max() < 1e-4


def test_a_plane_smaller_than_the_blur_is_mirrored_again_and_again() -> None:
    values = plane(5, 9)
    assert np.abs(blurred(values) - cv2.GaussianBlur(values, (33, 33), 4)).max() < 1e-4
