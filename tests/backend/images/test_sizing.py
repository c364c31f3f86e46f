"""Sizes that a model takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from backend.images.sizing import Resize, drawable, padded, resized


@given(st.integers(1, 9000), st.integers(1, 9000))
def test_every_image_has_a_drawable_size(width: int, height: int) -> None:
    for side in drawable((width, height)):
        assert side % 16 == 0
        assert 128 <= side <= 2048


def test_a_size_that_fits_stays() -> None:
    assert drawable((1024, 768)) == (1024, 768)
    assert drawable((4000, 3000)) == (2048, 1536)


@pytest.mark.parametrize("how", ["crop", "fit", "stretch"])
def test_an_image_gets_the_size(how: Resize) -> None:
    assert resized(Image.new("RGB", (300, 200)), (128, 256), how).size == (128, 256)


def test_fit_shows_all_of_the_image_between_grey_borders() -> None:
    image = resized(Image.new("RGB", (200, 100), "red"), (128, 128), "fit")
    assert image.getpixel((0, 64)) == image.getpixel((127, 64)) == (255, 0, 0)
    assert image.getpixel((64, 0)) == (128, 128, 128)


def test_padding_repeats_the_last_pixels_and_moves_nothing() -> None:
    image = Image.new("RGB", (30, 20), "red")
    image.putpixel((29, 19), (0, 0, 255))
    larger = padded(image, (32, 32))
    assert larger.crop((0, 0, 30, 20)).tobytes() == image.tobytes()
    assert larger.getpixel((31, 31)) == (0, 0, 255)
    assert larger.getpixel((0, 31)) == (255, 0, 0)
    assert padded(image, (30, 20)) is image
