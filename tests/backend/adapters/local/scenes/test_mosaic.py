import numpy as np
import pytest
from PIL import Image

from backend.adapters.local.scenes.frame import Frame
from backend.adapters.local.scenes.mosaic import Mosaic, tiles_memory
from backend.adapters.local.scenes.tiling import Tiling
from backend.images.sizing import padded
from tests.backend.adapters.local.scenes.conftest import noise, same

SMALL = Frame((128, 128), trained=((128, 128),))


@pytest.mark.parametrize("size", [(128, 128), (300, 100), (512, 333), (140, 512), (257, 143)])
def test_tiles_of_a_picture_give_that_picture_to_the_pixel(size: tuple[int, int]) -> None:
    picture, tiling = noise(*size), Tiling.of(size, SMALL)
    whole = padded(picture.copy(), tiling.canvas)
    mosaic = Mosaic(tiling, whole)  # onto what the tiles are cut from, as a redraw does
    for box in tiling.boxes():
        mosaic.lay(Image.eval(whole.crop(box), lambda level: 255 - level))
    assert same(mosaic.picture(), Image.eval(picture, lambda level: 255 - level))


def test_two_greys_pass_into_each_other_evenly_and_are_rounded_once() -> None:
    tiling = Tiling.of((224, 128), SMALL)
    mosaic = Mosaic(tiling, Image.new("RGB", tiling.canvas))
    for grey in (100, 164):
        mosaic.lay(Image.new("RGB", (128, 128), (grey,) * 3))
    row = np.asarray(mosaic.picture())[64, :, 0].astype(int)
    assert (tiling.lefts, row[:96].tolist(), row[128:].tolist()) == ((0, 96), [100] * 96, [164] * 96)
    assert row[96:128].tolist() == [101 + 2 * index for index in range(32)]


def test_a_wide_overlap_is_blended_in_its_middle_alone() -> None:
    tiling = Tiling.of((144, 128), SMALL)
    mosaic = Mosaic(tiling, Image.new("RGB", tiling.canvas))
    for grey in (0, 255):
        mosaic.lay(Image.new("RGB", (128, 128), (grey,) * 3))
    row = np.asarray(mosaic.picture())[5, :, 0]
    assert (row[:56] == 0).all()
    assert (row[88:] == 255).all()
    assert (np.diff(row[56:88].astype(int)) > 0).all()


def test_a_picture_of_4096_takes_some_hundred_megabytes_beside_the_drawing_of_a_tile() -> None:
    assert 200e6 < tiles_memory((4096, 4096), Frame((1024, 1024))) < 350e6
