"""What may change and what stays."""

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy.ndimage import distance_transform_edt, maximum_filter

from backend.images.masks import as_mask, feathered, grown, on_canvas, outpaint_mask, put_together


@pytest.fixture
def mask() -> Image.Image:
    """A white square of 20 pixels in the middle of 64."""
    picture = Image.new("L", (64, 64), 0)
    ImageDraw.Draw(picture).rectangle((22, 22, 41, 41), fill=255)
    return picture


def test_a_mask_grows_by_so_many_pixels_on_every_side(mask: Image.Image) -> None:
    assert grown(mask, 5).getbbox() == (17, 17, 47, 47)
    assert grown(mask, 0) is mask


def test_a_feather_never_reaches_what_is_kept(mask: Image.Image) -> None:
    before, after = np.asarray(mask), np.asarray(feathered(mask, 6))
    assert (after[before == 0] == 0).all()
    assert 0 < after[32, 22] < after[32, 25] < after[32, 31] == 255


def test_outside_the_mask_every_pixel_stays(mask: Image.Image) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    kept, drawn = (Image.fromarray(pixels) for pixels in noise)
    result = np.asarray(put_together(kept, drawn, feathered(mask, 4)))
    outside = np.asarray(mask) == 0
    assert (result[outside] == noise[0][outside]).all()
    assert (result[32, 32] == noise[1][32, 32]).all()


def test_an_outpaint_mask_keeps_the_image_but_for_the_overlap_at_sides_that_grow() -> None:
    mask = np.asarray(outpaint_mask((100, 50), (40, 0, 0, 10), overlap=8))
    assert mask.shape == (60, 140)
    assert (mask[:, :48] == 255).all()
    assert (mask[:42, 48:] == 0).all()
    assert (mask[42:, :] == 255).all()


def test_an_overlap_wider_than_the_image_frees_all_of_it() -> None:
    assert np.asarray(outpaint_mask((32, 32), (16, 16, 0, 0), overlap=40)).min() == 255


def test_an_image_lies_on_its_canvas_at_left_and_top() -> None:
    canvas = on_canvas(Image.new("RGB", (10, 10), "red"), (3, 4, 5, 6))
    assert canvas.size == (17, 21)
    assert canvas.getpixel((3, 5)) == (255, 0, 0)
    assert canvas.getpixel((2, 5)) == (0, 0, 0)


def test_a_mask_takes_the_images_size() -> None:
    assert as_mask(Image.new("RGB", (10, 20), "white"), (30, 40)).size == (30, 40)


def spots(width: int, height: int) -> Image.Image:
    """Return a mask of discs in several greys, with single kept pixels inside."""
    random, picture = np.random.default_rng(width), Image.new("L", (width, height))
    draw = ImageDraw.Draw(picture)
    for _ in range(6):
        x, y, wide = (int(value) for value in random.integers(0, max(width, height), 3))
        draw.ellipse((x - wide // 2, y - wide // 2, x, y), fill=int(random.integers(1, 256)))
    picture.putpixel((width // 2, height // 2), 0)
    return picture


@pytest.mark.parametrize("pixels", [1, 2, 7, 64, 256])
@pytest.mark.parametrize("size", [(90, 70), (1, 40), (40, 1), (3, 3)])
def test_growing_and_feathering_are_scipys_to_the_pixel(size: tuple[int, int], pixels: int) -> None:
    mask = spots(*size)
    values = np.asarray(mask)
    assert (np.asarray(grown(mask, pixels)) == maximum_filter(values, size=2 * pixels + 1)).all()
    ramp = np.clip(distance_transform_edt(values > 0) / (pixels + 1), 0, 1)
    assert (np.asarray(feathered(mask, pixels)) == np.minimum(values, (ramp * 255).round())).all()


def test_a_mask_that_keeps_nothing_has_no_edge_to_blend() -> None:
    white = Image.new("L", (60, 40), 255)
    assert np.asarray(feathered(white, 16)).min() == 255
