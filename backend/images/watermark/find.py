"""Looks for the mark at any shift, and at 0.4 to 2 times the size at which it was written."""

from functools import cache
from itertools import count

import numpy as np
from numpy.typing import NDArray

from backend.images.watermark.pattern import PERIOD, Plane, agreement, best_shift, blueness, details, evened, places

FOUND = 7.5
"""Standard deviations from which a picture counts as marked (docs/decisions/0141 has what was measured)."""
_SURE = 12.0
"""From here on no other size is tried."""
_MOST_SIDE = 1024
"""Pixels of the middle that are looked at: enough, and a large picture takes no longer."""
_SIZES = (0.4, 2.05)
_STEP = 0.003
"""Between two sizes, as a part: at 1024 pixels the pattern is then off by less than one pixel at the edges."""
_SHIFTS = 96
"""Shifts that are tried down and across: the pattern's finest wave is 20 to a period, and 96 is quick to transform."""


def is_marked(rgb: NDArray[np.uint8]) -> bool:
    """Tell whether pixels (height, width, 3) carry the mark."""
    return strength(rgb) >= FOUND


def strength(rgb: NDArray[np.uint8]) -> float:
    """Return how far the mark stands out, in standard deviations: about 5 where there is none, at most 35."""
    if min(rgb.shape[:2]) < 32:
        return 0.0
    lines, padded = _lines(evened(details(blueness(_middle(rgb)))))
    best = 0.0
    for size in _sizes():
        best = max(best, _at(lines, padded, size))
        if best >= _SURE:
            break
    return best


def _middle(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    top, left = (max(0, side - _MOST_SIDE) // 2 for side in rgb.shape[:2])
    return rgb[top : top + _MOST_SIDE, left : left + _MOST_SIDE]


@cache
def _sizes() -> tuple[float, ...]:
    """Return the sizes to try: the unchanged one and the half first, as most pictures are."""
    least, most = np.log(_SIZES)
    between = np.exp(np.arange(float(least), float(most), _STEP))
    return (1.0, 0.5, *(float(size) for size in between))


def _lines(plane: Plane) -> tuple[NDArray[np.complex64], int]:
    """Return the spectrum of a plane, faded out at its edges and padded to twice its longer side, and that length."""
    height, width = plane.shape
    fade = np.sqrt(np.hanning(height + 2)[1:-1, None] * np.hanning(width + 2)[None, 1:-1])
    length = _quick_length(2 * max(height, width))
    lines = np.fft.rfft2((plane * fade).astype(np.float32), (length, length))
    return np.asarray(lines, np.complex64), length


def _quick_length(least: int) -> int:
    """Return the next length from `least` on without a prime factor beyond 5: those are quick to transform."""
    return next(length for length in count(least) if 60**16 % length == 0)


def _at(lines: NDArray[np.complex64], length: int, size: float) -> float:
    """Return how far the mark stands out if the picture has `size` times the pixels a side that it was written at."""
    down, across = _periods()
    scale = length / (size * PERIOD)
    row, column = np.rint(down * scale).astype(np.intp), np.rint(across * scale).astype(np.intp)
    if max(np.abs(row).max(), column.max()) >= length // 2:
        return 0.0  # So small that the pattern would be finer than pixels.
    return best_shift(agreement(lines[row, column]), _SHIFTS)[0]


@cache
def _periods() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how many waves each of the pattern's lines has in a period: down (half of them negative) and across."""
    down, across = places()
    return np.where(down > PERIOD // 2, down - PERIOD, down).astype(np.float64), across.astype(np.float64)
