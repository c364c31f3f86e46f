import numpy as np
import pytest
from PIL import Image, ImageDraw

from backend.images.enlarging import enlarged


def disc(side: int = 64, *, smooth: int = 4) -> Image.Image:
    """Draw a red disc on blue, with smooth edges of about one pixel."""
    image = Image.new("RGB", (side * smooth, side * smooth), (36, 80, 216))
    ImageDraw.Draw(image).ellipse(
        (8 * smooth, 8 * smooth, (side - 8) * smooth, (side - 8) * smooth), fill=(222, 32, 38)
    )
    return image.resize((side, side), Image.Resampling.BOX)


def between(image: Image.Image) -> float:
    """Return the share of pixels that are neither of the two colours."""
    levels = np.asarray(image).astype(int)
    far = [np.abs(levels - colour).max(2) > 24 for colour in ((36, 80, 216), (222, 32, 38))]
    return float(np.mean(far[0] & far[1]))


@pytest.mark.parametrize("growth", [2, 3, 4])
def test_edges_stay_as_crisp_as_they_were(growth: int) -> None:
    size = (64 * growth, 64 * growth)
    sharp, soft = enlarged(disc(), size), disc().resize(size, Image.Resampling.LANCZOS)
    assert sharp.size == size
    assert between(sharp) < 0.65 * between(soft)
    truth = np.asarray(disc(64 * growth, smooth=2).resize(size)).astype(int)
    apart = [np.abs(np.asarray(each).astype(int) - truth).mean() for each in (sharp, soft)]
    assert apart[0] <= apart[1] * 1.2


def test_nothing_is_brighter_or_darker_than_before() -> None:
    grown = np.asarray(enlarged(disc(), (256, 256)))
    assert grown.min((0, 1)).tolist() == [36, 32, 38]
    assert grown.max((0, 1)).tolist() == [222, 80, 216]


def test_an_even_slope_stays_one() -> None:
    ramp = Image.fromarray(np.tile(np.arange(0, 256, 4, dtype=np.uint8)[None, :, None], (16, 1, 3)))
    plain = np.asarray(ramp.resize((256, 64), Image.Resampling.LANCZOS)).astype(int)
    assert np.abs(np.asarray(enlarged(ramp, (256, 64))).astype(int) - plain)[:, 16:-16].max() <= 3


def test_faint_differences_are_left_alone() -> None:
    grain = np.random.default_rng(0).integers(100, 104, (32, 32, 3)).astype(np.uint8)
    image = Image.fromarray(grain)
    plain = np.asarray(image.resize((64, 64), Image.Resampling.LANCZOS)).astype(int)
    assert np.abs(np.asarray(enlarged(image, (64, 64))).astype(int) - plain).max() <= 2


@pytest.mark.parametrize("size", [(64, 64), (32, 48), (128, 32)])
def test_what_does_not_grow_is_only_resized(size: tuple[int, int]) -> None:
    assert np.array_equal(np.asarray(enlarged(disc(), size)), np.asarray(disc().resize(size, Image.Resampling.LANCZOS)))
