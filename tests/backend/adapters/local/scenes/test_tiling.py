from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.local.scenes.frame import Frame
from backend.adapters.local.scenes.tiling import Tiling, overlap

REAL = Frame((1024, 1024))
SMALL = Frame((128, 128), trained=((128, 128),))
sides = st.integers(1, 8192)


@given(st.tuples(sides, sides), st.sampled_from([REAL, SMALL, Frame((256, 256), trained=((256, 256),))]))
def test_tiles_cover_the_picture_and_overlap_enough_at_whole_patches(size: tuple[int, int], frame: Frame) -> None:
    tiling = Tiling.of(size, frame)
    for side, canvas, edges, asked in zip(tiling.tile, tiling.canvas, (tiling.lefts, tiling.tops), size, strict=True):
        assert edges[0] == 0
        assert edges[-1] + side == canvas >= asked
        assert all(edge % 16 == 0 for edge in edges)
        assert all(later - edge <= side - overlap(side) for edge, later in pairwise(edges))


def test_tiles_of_a_model_whose_usual_size_is_enlarged_have_a_native_one() -> None:
    assert Tiling.of((256, 256), Frame((256, 256), trained=((128, 128), (192, 128)))).tile == (128, 128)


@pytest.mark.parametrize(
    ("size", "tile", "count"),
    [((4096, 4096), (1024, 1024), 25), ((1536, 1024), (1024, 1024), 2), ((600, 1500), (608, 1024), 2)],
)
def test_a_tile_has_the_models_own_size_or_less(size: tuple[int, int], tile: tuple[int, int], count: int) -> None:
    tiling = Tiling.of(size, REAL)
    assert (tiling.tile, len(tiling), len(list(tiling.boxes()))) == (tile, count, count)


def test_a_model_of_one_size_draws_a_narrow_picture_with_its_last_pixels_repeated() -> None:
    tiling = Tiling.of((100, 300), SMALL)
    assert (tiling.tile, tiling.canvas, tiling.lefts) == ((128, 128), (128, 304), (0,))
