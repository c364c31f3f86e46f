"""Pictures and masks in A1111's ways, in pixels."""

import numpy as np
import pytest
from PIL import Image

from ui.endpoints.sdapi.asking import canvas
from ui.endpoints.sdapi.asking.canvas import (
    CROP,
    FILL,
    RESIZE_NAMES,
    STRETCH,
    brought,
    prepared_mask,
    without_marked,
)


def halves(size: tuple[int, int]) -> Image.Image:
    """Return a picture that is red on its left half and blue on its right."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 2, 0, *size))
    return picture


def spot(size: tuple[int, int], box: tuple[int, int, int, int]) -> Image.Image:
    mask = Image.new("L", size)
    mask.paste(255, box)
    return mask


def test_just_resize_distorts_and_crop_and_resize_cuts_the_edges() -> None:
    picture = Image.new("RGB", (300, 100), "red")
    picture.paste("blue", (100, 0, 200, 100))
    stretched, cropped = brought(picture, (100, 100), STRETCH), brought(picture, (100, 100), CROP)
    assert (stretched.size, cropped.size) == ((100, 100), (100, 100))
    assert stretched.getpixel((5, 50)) == (255, 0, 0)
    assert cropped.getpixel((5, 50)) == (0, 0, 255)


@pytest.mark.parametrize("size", [(400, 100), (100, 400), (101, 37)])
def test_resize_and_fill_shows_the_whole_picture_and_draws_its_edges_out(size: tuple[int, int]) -> None:
    filled = np.asarray(brought(halves((100, 100)), size, FILL))
    assert filled.shape == (size[1], size[0], 3)
    assert filled[0, 0].tolist() == filled[-1, 0].tolist() == [255, 0, 0]
    assert filled[0, -1].tolist() == filled[-1, -1].tolist() == [0, 0, 255]
    share = (filled[:, :, 0] > 127).mean()
    assert share == pytest.approx(0.5, abs=0.03)


def test_a_picture_of_the_size_stays_as_it_is() -> None:
    picture = halves((64, 64))
    assert all(brought(picture, (64, 64), mode) is picture for mode in (STRETCH, CROP, FILL))


def test_a_mask_is_resized_as_the_picture_is() -> None:
    mask = brought(spot((100, 100), (0, 0, 50, 100)), (300, 100), FILL)
    assert mask.mode == "L"
    assert mask.getpixel((0, 50)) == 255
    assert mask.getpixel((299, 50)) == 0


def test_a_mask_is_blurred_by_a_gaussian_cut_off_at_two_and_a_half_deviations() -> None:
    blurred = np.asarray(prepared_mask(spot((101, 101), (50, 0, 101, 101)), (101, 101), invert=False, blur=(4, 0)))
    row = blurred[50].astype(float) / 255
    taps = np.exp(-(np.arange(-10, 11) ** 2) / (2 * 4**2))
    taps /= taps.sum()
    expected = np.convolve((np.arange(101) >= 50).astype(float), taps, mode="same")
    assert row[20:81] == pytest.approx(expected[20:81], abs=1.5 / 255)
    assert blurred[:, 39].max() == 0  # eleven pixels from the edge nothing is left
    assert (blurred == blurred[0]).all()  # across alone


def test_an_inverted_mask_marks_what_it_kept_and_is_brought_to_the_pictures_size() -> None:
    mask = prepared_mask(spot((50, 50), (0, 0, 25, 50)), (100, 100), invert=True, blur=(0, 0))
    assert mask.size == (100, 100)
    assert (mask.getpixel((10, 50)), mask.getpixel((90, 50))) == (0, 255)


def test_what_is_marked_is_filled_with_the_colours_around_it_and_the_rest_stays_to_the_pixel() -> None:
    picture = halves((128, 128))
    picture.paste("white", (40, 40, 60, 60))
    mask = spot((128, 128), (40, 40, 60, 60))
    filled = np.asarray(without_marked(picture, mask)).astype(int)
    kept = np.asarray(mask) == 0
    assert (filled[kept] == np.asarray(picture)[kept]).all()
    red, green, blue = filled[50, 50]
    assert red > 150 > 90 > max(green, blue)  # the red around it, no white any more


def test_the_words_of_controlnets_form_name_the_same_ways() -> None:
    assert {RESIZE_NAMES[name] for name in ("just resize", "crop and resize", "resize and fill")} == {0, 1, 2}
    assert RESIZE_NAMES["inner fit (scale to fit)"] == CROP


def test_a_large_picture_is_filled_from_a_small_one_and_what_is_kept_stays_to_the_pixel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture, mask = halves((400, 300)), spot((400, 300), (20, 20, 120, 120))
    picture.paste("green", (20, 20, 120, 120))
    whole = np.asarray(without_marked(picture, mask)).astype(int)
    monkeypatch.setattr(canvas, "MOST_FILLED", 100 * 75)
    small = np.asarray(without_marked(picture, mask)).astype(int)
    assert (small[120:] == whole[120:]).all()
    assert np.abs(small - whole).max() <= 24
    assert small[70, 70, 0] > 200
