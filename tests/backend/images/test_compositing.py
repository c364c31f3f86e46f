from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backend.domain.errors import Unsupported
from backend.domain.requests import Inpaint, Outpaint
from backend.images.compositing import Brought, Maker, brought, marked
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles

MAKER = Maker("Fourth", (256, 256))
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


@pytest.fixture
def files(tmp_path: Path) -> ImageFiles:
    return ImageFiles(tmp_path)


def kept(files: ImageFiles, picture: Image.Image) -> str:
    return files.put(encode(picture, "png"), "png")


def photo(size: tuple[int, int] = (200, 140)) -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert("RGB")


def half_white(size: tuple[int, int] = (200, 140)) -> Image.Image:
    mask = Image.new("RGB", size)
    mask.paste(WHITE, (size[0] // 2, 0, *size))
    return mask


def finished(found: Brought) -> np.ndarray[Any, Any]:
    assert found.finish is not None
    return np.asarray(found.finish(Image.new("RGB", found.size, WHITE)))


def test_what_a_mask_keeps_comes_back_to_the_pixel_at_the_pictures_own_size(files: ImageFiles) -> None:
    request = Inpaint(prompt="a fox", image=kept(files, photo()), mask=kept(files, half_white()))
    found = brought(request, files, MAKER)
    assert (found.size, found.start and found.start.size, found.mask and found.mask.size) == ((208, 144),) * 3
    result = finished(found)
    assert np.array_equal(result[:, :100], np.asarray(photo())[:, :100])
    assert (result[:, -1] == 255).all()


def test_both_ways_of_inpainting_put_the_same_pixels_together(files: ImageFiles) -> None:
    request = Inpaint(
        prompt="a fox", image=kept(files, photo()), mask=kept(files, half_white()), mask_grow=5, mask_feather=8
    )
    here = marked(request, files).finish()(Image.new("RGB", (200, 140), WHITE))
    assert np.array_equal(np.asarray(here), finished(brought(request, files, MAKER)))


def test_a_mask_that_marks_nothing_is_refused(files: ImageFiles) -> None:
    request = Inpaint(prompt="a fox", image=kept(files, photo()), mask=kept(files, Image.new("RGB", (200, 140))))
    with pytest.raises(Unsupported, match="marks nothing"):
        brought(request, files, MAKER)


def test_what_outpainting_adds_to_reach_a_multiple_of_16_is_cut_off_again(files: ImageFiles) -> None:
    request = Outpaint(prompt="a fox", image=kept(files, photo()), right=30, overlap=0, feather=0)
    found = brought(request, files, MAKER)
    assert (found.size, found.sides) == ((240, 144), (0, 40, 0, 4))
    assert finished(found).shape == (140, 230, 3)


def test_a_size_that_is_too_large_is_refused_in_the_makers_name(files: ImageFiles) -> None:
    request = Outpaint(prompt="a fox", image=kept(files, photo()), right=2000)
    with pytest.raises(Unsupported, match="makes the result 2200×140; Fourth draws at most"):
        brought(request, files, MAKER)
