import numpy as np
import pytest
from PIL import Image, ImageDraw

from backend.domain.errors import Unsupported
from backend.domain.parts import Control
from backend.domain.requests import Inpaint
from tests.backend.adapters.local.scenes.conftest import Brush, Keep, noise, same


def spot(size: tuple[int, int], box: tuple[int, int, int, int]) -> Image.Image:
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).rectangle(box, fill=255)
    return mask


@pytest.mark.parametrize("size", [(160, 128), (333, 217), (97, 60), (1200, 700)])
@pytest.mark.parametrize("margin", [None, 32])
def test_outside_the_mask_every_pixel_stays_whatever_the_size(scene, keep: Keep, brush: Brush, size, margin) -> None:
    image, mask = noise(*size), spot(size, (20, 20, 45, 40))
    request = Inpaint(prompt="a star", image=keep(image), mask=keep(mask), mask_margin=margin, mask_feather=3)
    result = np.asarray(scene(request)(7, brush))
    outside = np.asarray(mask) == 0
    assert (result[outside] == np.asarray(image)[outside]).all()
    assert tuple(result[30, 32]) == Brush.colour


def test_a_grown_mask_paints_so_many_pixels_more(scene, keep: Keep, brush: Brush) -> None:
    image, mask = noise(160, 128), spot((160, 128), (60, 50, 80, 70))
    request = Inpaint(prompt="a star", image=keep(image), mask=keep(mask), mask_grow=8)
    result = scene(request)(7, brush)
    assert result.getpixel((52, 60)) == Brush.colour
    assert result.getpixel((51, 60)) == image.getpixel((51, 60))


def test_a_margin_zooms_into_the_mask(scene, keep: Keep, brush: Brush) -> None:
    image, mask = noise(1000, 800), spot((1000, 800), (500, 400, 535, 435))
    scene(Inpaint(prompt="a star", image=keep(image), mask=keep(mask), mask_margin=32))(7, brush)
    (drawing,) = brush.drawings
    assert drawing.size == (256, 256)
    part = image.crop((468, 368, 568, 468)).resize((256, 256), Image.Resampling.LANCZOS)
    assert same(drawing.start, part)


def test_controls_are_cut_to_what_is_drawn(scene, keep: Keep, brush: Brush) -> None:
    image, mask, guide = noise(1000, 800), spot((1000, 800), (500, 400, 535, 435)), noise(1000, 800, seed=2)
    controls = (Control(image=keep(guide), preprocess="none"),)
    scene(Inpaint(prompt="a star", image=keep(image), mask=keep(mask), mask_margin=32, controls=controls))(7, brush)
    part = guide.crop((468, 368, 568, 468)).resize((256, 256), Image.Resampling.LANCZOS)
    assert same(brush.drawings[0].guides[0].picture, part)


def test_a_mask_of_another_size_is_brought_to_the_images(scene, keep: Keep, brush: Brush) -> None:
    image, mask = noise(160, 128), spot((320, 256), (100, 100, 200, 200))
    result = scene(Inpaint(prompt="a star", image=keep(image), mask=keep(mask)))(7, brush)
    assert result.getpixel((75, 75)) == Brush.colour
    assert result.getpixel((10, 10)) == image.getpixel((10, 10))


@pytest.mark.parametrize(("shade", "said"), [(0, "marks nothing"), (255, "covers the whole image")])
def test_an_empty_or_a_full_mask_says_so(scene, keep: Keep, shade: int, said: str) -> None:
    mask = keep(Image.new("L", (160, 128), shade))
    with pytest.raises(Unsupported, match=f"`mask`: {said}"):
        scene(Inpaint(prompt="a star", image=keep(noise(160, 128)), mask=mask))


def test_strength_zero_returns_the_image(scene, keep: Keep, brush: Brush) -> None:
    image, mask = noise(160, 128), spot((160, 128), (10, 10, 40, 40))
    assert same(scene(Inpaint(prompt="a star", image=keep(image), mask=keep(mask), strength=0))(7, brush), image)
