"""The mark is found after what happens to pictures, nowhere else, and nobody sees it."""

import io
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from backend.images.watermark.add import LEAST_SIDE, add
from backend.images.watermark.find import FOUND, is_marked, strength

Pixels = NDArray[np.uint8]
KINDS = ("clouds", "gradient", "drawing", "dark")


@cache
def picture(kind: str, seed: int = 0, side: int = 512) -> Pixels:
    """Return a picture that compresses and varies about as results do."""
    random = np.random.default_rng([seed, KINDS.index(kind)])
    if kind == "gradient":
        across = np.linspace(*random.uniform(0, 255, (2, 3)), side)
        return np.broadcast_to(across, (side, side, 3)).astype(np.uint8)
    rough = Image.fromarray(random.integers(0, 256, (24, 24, 3), dtype=np.uint8))
    smooth = rough.resize((side, side), Image.Resampling.BICUBIC)
    if kind == "drawing":
        smooth = Image.new("RGB", (side, side), "white")
        draw = ImageDraw.Draw(smooth)
        for x, y, wide in random.integers(20, side - 20, (25, 3)):
            draw.ellipse((x, y, x + wide // 4, y + wide // 5), fill=tuple(random.integers(0, 256, 3)), outline="black")
    noisy = np.asarray(smooth) * (0.3 if kind == "dark" else 1.0) + random.normal(0, 3, (side, side, 3))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def encoded(pixels: Pixels, image_format: str, quality: int = 75) -> Pixels:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, image_format, quality=quality)
    return np.asarray(Image.open(file).convert("RGB"))


def resized(pixels: Pixels, part: float) -> Pixels:
    size = (round(pixels.shape[1] * part), round(pixels.shape[0] * part))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def cropped(pixels: Pixels) -> Pixels:
    """Keep 70 % of each side, from an odd place."""
    side = round(len(pixels) * 0.7)
    return pixels[41 : 41 + side, 67 : 67 + side]


CHANGES: dict[str, Callable[[Pixels], Pixels]] = {
    "as it is": lambda pixels: pixels,
    "JPEG 75": lambda pixels: encoded(pixels, "JPEG"),
    "half size": lambda pixels: resized(pixels, 0.5),
    "80 %": lambda pixels: resized(pixels, 0.8),
    "crop": cropped,
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_found_after_what_happens_to_pictures(kind: str, change: str) -> None:
    assert is_marked(CHANGES[change](add(picture(kind))))


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_found_in_no_other_picture(kind: str) -> None:
    for seed in range(3):
        assert strength(picture(kind, seed)) < FOUND - 1


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_sees_it(kind: str) -> None:
    before = picture(kind).astype(float)
    after = add(picture(kind)).astype(float)
    assert 10 * np.log10(255**2 / np.mean((before - after) ** 2)) >= 40
    brightness = (after - before) @ (0.299, 0.587, 0.114)
    inside = ((before > 8) & (before < 247)).all(2)  # Elsewhere a channel has no room on one side.
    assert np.abs(brightness[inside]).max(initial=0) < 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_carries_it_is_not_marked_again(kind: str) -> None:
    marked = add(picture(kind))
    moved = np.ascontiguousarray(marked[38:, 52:])
    assert np.array_equal(add(marked), marked)
    assert np.array_equal(add(moved), moved)


def test_what_is_drawn_into_a_marked_picture_is_marked_and_the_rest_stays() -> None:
    edited = add(picture("clouds")).copy()
    edited[:300, :300] = picture("clouds", seed=1)[:300, :300]
    again = add(edited)
    assert is_marked(np.ascontiguousarray(again[:256, :256]))
    assert np.array_equal(again[320:, 320:], edited[320:, 320:])


def test_the_same_picture_is_marked_alike_every_time() -> None:
    assert np.array_equal(add(picture("clouds")), add(picture("clouds").copy()))


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (31, 31), (LEAST_SIDE - 1, 600)])
def test_too_small_a_picture_stays_as_it_is(shape: tuple[int, int]) -> None:
    small = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert np.array_equal(add(small), small)
    assert not is_marked(small)


@pytest.mark.parametrize("shape", [(LEAST_SIDE, LEAST_SIDE), (257, 1031), (1201, 300)])
def test_a_picture_of_any_shape_keeps_it(shape: tuple[int, int]) -> None:
    marked = add(picture("clouds", side=1216)[: shape[0], : shape[1]])
    assert marked.shape == (*shape, 3)
    assert is_marked(marked)


@pytest.mark.parametrize("value", [0, 128, 255])
def test_one_colour_alone_carries_nothing_until_it_is_marked(value: int) -> None:
    plain = np.full((512, 512, 3), value, np.uint8)
    assert not is_marked(plain)
    assert is_marked(add(plain))
