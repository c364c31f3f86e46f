import numpy as np
import pytest
from PIL import Image

from backend.adapters.local.scenes.frame import Frame
from backend.images.enlarging import enlarged

NATIVE = ((256, 256), (128, 128), (192, 128), (128, 192), (320, 192), (192, 320), (256, 192), (192, 256), (384, 256))


@pytest.mark.parametrize(
    ("size", "drawn"),
    [
        ((128, 128), (128, 128)),
        ((512, 512), (256, 256)),
        ((160, 160), (256, 256)),
        ((144, 144), (256, 256)),
        ((192, 128), (192, 128)),
        ((240, 160), (384, 256)),
        ((480, 320), (384, 256)),
        ((512, 320), (320, 192)),
        ((320, 512), (192, 320)),
        ((400, 300), (256, 192)),
    ],
)
def test_a_size_is_drawn_at_the_native_one_of_its_shape_that_is_large_enough(
    size: tuple[int, int], drawn: tuple[int, int]
) -> None:
    assert Frame((256, 256), trained=NATIVE).drawn(size) == drawn


SMALL = Frame((256, 256), usual=192, trained=((128, 128), (192, 128), (128, 192)))


def test_a_part_that_is_too_large_is_repainted_at_a_native_size_too() -> None:
    assert SMALL.around((150, 110)) == ((160, 128), True)
    assert SMALL.around((256, 256)) == ((128, 128), False)
    assert SMALL.around((384, 250)) == ((192, 128), False)


def test_a_small_part_is_drawn_large_at_a_native_size() -> None:
    assert SMALL.close_up((64, 60)) == (128, 128)
    assert SMALL.close_up((60, 100)) == (128, 192)
    assert Frame((256, 256), usual=384).close_up((64, 64)) == (256, 256)


def test_a_model_of_all_sizes_draws_at_the_one_asked_for() -> None:
    assert Frame((1024, 1024)).drawn((640, 448)) == (640, 448)


def test_a_small_models_drawing_keeps_its_edges_and_a_large_ones_its_texture() -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype(np.uint8))
    small, large = Frame((32, 32), trained=((32, 32),)), Frame((1024, 1024))
    lanczos = np.asarray(noise.resize((64, 64), Image.Resampling.LANCZOS))
    assert np.array_equal(np.asarray(small.back(noise, (64, 64))), np.asarray(enlarged(noise, (64, 64))))
    assert np.array_equal(np.asarray(large.back(noise, (64, 64))), lanczos)
    assert not np.array_equal(np.asarray(small.back(noise, (64, 64))), lanczos)
    assert small.back(noise, (32, 32)) is noise
