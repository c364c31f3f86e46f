"""The three filters of the mark, to the bit as OpenCV carries them out, so that it needs none.

Edges are mirrored without their outermost value, as OpenCV's BORDER_REFLECT_101 does.
"""

import numpy as np
from numpy.typing import NDArray

_DEVIATION = 4
_REACH = 16
"""Values to each side: what OpenCV takes for that deviation, four of them."""


def halved(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the mean colour of each two by two pixels, (height // 2, width // 2, 3).

    An odd last row or column is left out.
    """
    height, width = (side // 2 * 2 for side in rgb.shape[:2])
    rows = rgb[0:height:2, :width].astype(np.uint16) + rgb[1:height:2, :width]
    return ((rows[:, 0::2] + rows[:, 1::2] + 2) >> 2).astype(np.uint8)


def blurred(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a plane (height, width) blurred by a Gaussian with a deviation of 4 values."""
    weights = _weights()
    height, width = plane.shape
    wide = np.pad(plane, ((0, 0), (_REACH, _REACH)), mode="reflect")
    across = np.zeros_like(plane)
    for place, weight in enumerate(weights):
        across = _with(across, wide[:, place : place + width], weight)
    high = np.pad(across, ((_REACH, _REACH), (0, 0)), mode="reflect")
    down = _with(np.zeros_like(plane), across, weights[_REACH])
    for step in range(1, _REACH + 1):
        below, above = (high[_REACH + away : _REACH + away + height] for away in (step, -step))
        down = _with(down, below + above, weights[_REACH + step])
    return down


def mean_around(plane: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Return the mean of the square of `side` (odd) values around each one."""
    reach, means = side // 2, plane.astype(np.float64)
    for _ in range(2):
        sums = np.cumsum(np.pad(means, ((reach + 1, reach), (0, 0)), mode="reflect"), axis=0)
        means = (sums[side:] - sums[:-side]).T
    return (means / side**2).astype(np.float32)


def _weights() -> list[float]:
    bell = np.exp(-0.5 * (np.arange(-_REACH, _REACH + 1) / _DEVIATION) ** 2)
    return [float(weight) for weight in (bell / bell.sum()).astype(np.float32)]


def _with(total: NDArray[np.float32], values: NDArray[np.float32], weight: float) -> NDArray[np.float32]:
    """Return the total with weighted values added, rounded once, as processors do in one step (fused multiply-add)."""
    return (values.astype(np.float64) * weight + total).astype(np.float32)
