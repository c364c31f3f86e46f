"""Tiles cover the result once, and see beyond their edges."""

import numpy as np
import pytest

from backend.adapters.local.upscaling.tiles import tiles


@pytest.mark.parametrize(
    ("size", "result"), [((1024, 1024), (4096, 4096)), ((700, 501), (1050, 752)), ((33, 1000), (89, 2700))]
)
def test_tiles_cover_every_pixel_of_the_result_once(size: tuple[int, int], result: tuple[int, int]) -> None:
    seen = np.zeros((result[1], result[0]), np.uint8)
    for tile in tiles(size, result, side=128, overlap=16):
        left, top, right, bottom = tile.place
        seen[top:bottom, left:right] += 1
    assert (seen == 1).all()


def test_a_tile_sees_the_overlap_on_every_side_that_is_inside_the_picture() -> None:
    first, second, third, last = tiles((256, 256), (512, 512), side=128, overlap=16)
    assert (first.read, last.read) == ((0, 0, 144, 144), (112, 112, 256, 256))
    assert second.place == (256, 0, 512, 256)
    assert third.inner == (0, 16, 128, 144)
