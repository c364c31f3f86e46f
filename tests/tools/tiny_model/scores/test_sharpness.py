import cv2
import numpy as np
import pytest

from tools.tiny_model.scores.sharpness import edge_width


def step(*between: int, side: int = 40, upright: bool = True) -> np.ndarray:
    """Draw a black half and a white one, with pixels of these levels between them."""
    half = (side - len(between)) // 2
    row = np.array([0] * half + list(between) + [255] * (side - half - len(between)), np.uint8)
    picture = np.repeat(np.repeat(row[None, :, None], side, 0), 3, 2)
    return picture if upright else picture.transpose(1, 0, 2).copy()


@pytest.mark.parametrize("upright", [True, False])
def test_an_edge_with_nothing_between_is_one_pixel_wide(upright: bool) -> None:
    assert edge_width(step(upright=upright)) == pytest.approx(1.0)


def test_an_edge_with_steps_between_is_as_wide_as_they_are_many() -> None:
    assert edge_width(step(85, 170)) == pytest.approx(3.0, abs=0.2)


@pytest.mark.parametrize("deviation", [1.5, 3.0])
def test_a_blurred_edge_has_the_width_of_the_blur(deviation: float) -> None:
    blurred = cv2.GaussianBlur(step(side=64), (0, 0), deviation)
    assert edge_width(blurred) == pytest.approx(2.355 * deviation, rel=0.1)  # a Gaussian's width at half height


def test_a_picture_without_an_edge_has_no_width() -> None:
    assert np.isnan(edge_width(np.full((20, 20, 3), 90, np.uint8)))


def test_a_slow_gradient_is_no_edge() -> None:
    ramp = np.repeat(np.arange(0, 250, 2, dtype=np.uint8)[None, :, None], 40, 0).repeat(3, 2)
    assert np.isnan(edge_width(ramp))
