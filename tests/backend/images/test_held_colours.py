"""Colours held in coarse cells."""

import numpy as np
import pytest
from PIL import Image

from backend.images.held_colours import with_colours_of


def slope(size: tuple[int, int]) -> Image.Image:
    grey = Image.linear_gradient("L").resize(size).point(lambda level: 60 + level // 3)
    return Image.merge("RGB", (grey, grey.transpose(Image.Transpose.ROTATE_180), grey))


def means(image: Image.Image, cell: int) -> np.ndarray:
    pixels = np.asarray(image, np.float32)
    high, wide = pixels.shape[0] // cell, pixels.shape[1] // cell
    return pixels.reshape(high, cell, wide, cell, 3).mean((1, 3))


def test_what_drifted_as_a_whole_comes_back_and_fine_lines_stay() -> None:
    source = slope((128, 96))
    lines = np.zeros((96, 128, 3), int)
    lines[:, ::2] = 20
    lines[:, 1::2] = -20
    drifted = np.asarray(source).astype(int) + lines + np.array([25, -10, 4])
    held = with_colours_of(source, Image.fromarray(drifted.astype(np.uint8)), 32)
    assert np.abs(np.asarray(held).astype(int) - np.asarray(source) - lines).max() <= 1


def test_what_drifts_from_one_side_to_the_other_comes_back_without_steps() -> None:
    source = Image.new("RGB", (256, 128), (120, 120, 120))
    ramp = np.linspace(-40, 40, 256)[None, :, None]
    drawn = Image.fromarray((np.asarray(source) + ramp).round().astype(np.uint8))
    held = np.asarray(with_colours_of(source, drawn, 64)).astype(int)
    assert np.abs(held[:, 32:-32] - 120).max() <= 4
    assert np.abs(np.diff(held, axis=1)).max() <= 2
    assert np.abs(means(with_colours_of(source, drawn, 64), 64) - 120).max() < 2.5


def test_what_has_the_pictures_colours_already_is_left_to_the_bit() -> None:
    source = slope((64, 64))
    assert with_colours_of(source, source, 32).tobytes() == source.tobytes()


@pytest.mark.parametrize("size", [(16, 16), (100, 36), (24, 200)])
def test_any_size_is_taken_also_one_below_a_cell(size: tuple[int, int]) -> None:
    source = Image.new("RGB", size, "teal")
    held = with_colours_of(source, Image.new("RGB", size, "gold"), 64)
    assert held.size == size
    assert np.abs(np.asarray(held).astype(int) - np.asarray(source)).max() <= 1


def test_colours_at_the_ends_are_not_wrapped() -> None:
    source, drawn = Image.new("RGB", (64, 64), "white"), Image.new("RGB", (64, 64), "black")
    drawn.paste("white", (0, 0, 32, 64))
    assert np.asarray(with_colours_of(source, drawn, 64)).min() >= 120
