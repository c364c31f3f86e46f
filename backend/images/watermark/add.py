"""Writes the mark: stronger where a picture is busy, and not again where it already is."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from backend.images.watermark.find import FOUND
from backend.images.watermark.pattern import (
    BACK,
    PERIOD,
    Plane,
    agreement,
    best_shift,
    blueness,
    details,
    evened,
    places,
    tile,
)
from backend.images.watermark.smoothing import mean_around

_CALM, _BUSY, _MOST = 1.4, 0.05, 2.4
"""Levels of Cb, of 255 (standard deviation): in even areas, more for each level of detail around, and at most.

With 1.4 a picture's PSNR is about 44 dB, with 2.4 about 40."""
LEAST_SIDE = 256
"""Pixels: in smaller pictures the mark is found in some, and after a crop in none."""
_THERE = 5.0
"""Standard deviations from which a part of a picture counts as marked already."""


def add(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return pixels (height, width, 3) with the mark; unchanged below 256 pixels a side, where nobody would find it.

    Parts that carry it already stay as they are: a picture that is edited over and over isn't marked over and over.
    """
    if min(rgb.shape[:2]) < LEAST_SIDE:
        return rgb
    fine = details(blueness(rgb))
    even = evened(fine)
    shift = _shift(even)
    amount = _pixels(_amount(fine) * _missing(even, shift), rgb.shape)
    changed = rgb + (amount * _pattern(rgb.shape, shift))[..., None] * BACK
    return np.clip(np.rint(changed), 0, 255).astype(np.uint8)


def _pixels(plane: Plane, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return a plane for each pixel of a picture of that shape."""
    rows, columns = (np.minimum(np.arange(side) // 2, half - 1) for side, half in zip(shape, plane.shape, strict=False))
    return np.asarray(plane[rows[:, None], columns], np.float32)


def _amount(fine: Plane) -> Plane:
    around = mean_around(np.abs(fine), 17)
    return np.asarray(np.minimum(_CALM + _BUSY * around, _MOST), np.float32)


def _pattern(shape: tuple[int, ...], shift: tuple[int, int]) -> NDArray[np.float32]:
    period = np.roll(tile(), (2 * shift[0], 2 * shift[1]), (0, 1))
    rows, columns = (np.arange(side) % len(period) for side in shape[:2])
    return period[rows[:, None], columns]


def _shift(even: Plane) -> tuple[int, int]:
    """Return where the pattern begins in a picture that carries it (down, across), so that more falls in step."""
    padding = [(0, -side % PERIOD) for side in even.shape]
    folded = np.pad(even, padding).reshape(-(-even.shape[0] // PERIOD), PERIOD, -1, PERIOD).sum((0, 2))
    found, shift = best_shift(agreement(_lines(folded)))
    return shift if found >= FOUND else (0, 0)


def _missing(even: Plane, shift: tuple[int, int]) -> Plane:
    """Return 1 for each pixel of a part where the pattern isn't yet, else 0."""
    missing = np.ones(even.shape, np.float32)
    for top, left in product(*(_starts(side) for side in even.shape)):
        part = (slice(top, top + PERIOD), slice(left, left + PERIOD))
        in_step = np.roll(even[part], (top - shift[0], left - shift[1]), (0, 1))
        if _agreeing(in_step) >= _THERE:
            missing[part] = 0
    return missing


def _starts(side: int) -> list[int]:
    """Return where parts of one period begin, the last one at the far edge."""
    return [*range(0, side - PERIOD, PERIOD), side - PERIOD]


def _agreeing(part: Plane) -> float:
    """Return how far the pattern stands out in one period of a picture, in standard deviations."""
    agreed = agreement(_lines(part)).real
    return float(agreed.sum() / np.sqrt(agreed.size / 2))


def _lines(period: Plane) -> NDArray[np.complex64]:
    return np.fft.rfft2(period)[places()].astype(np.complex64)
