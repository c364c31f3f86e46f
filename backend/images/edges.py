"""Edges as a control picture, the one kind that needs no model.

Canny's detector as OpenCV's `cv2.Canny` carries it out (`modules/imgproc/src/canny.cpp`: Sobel's 3 × 3 slopes, the
sum of their magnitudes, of three channels the strongest), to the pixel, in NumPy: an image of the playground that
only proxies has room for no OpenCV.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend.domain.parts import THRESHOLDS, Thresholds

_Slopes = NDArray[np.int32]
"""How fast a picture (height, width) becomes lighter, -1020 to 1020."""
_Marks = NDArray[np.bool_]
"""Pixels (height, width) that were chosen."""
_FRACTION = 15
_TANGENT = 13573
"""tan 22.5° with 15 bits of fraction, as OpenCV rounds it; tan 67.5° is 2 more."""


def edges(image: Image.Image, thresholds: Thresholds = THRESHOLDS) -> Image.Image:
    """Return white edges on black (RGB, the image's size): above the high threshold, and what hangs on to that."""
    low, high = sorted(thresholds)
    across, down = _slopes(np.asarray(image.convert("RGB")))
    steepness = np.abs(across) + np.abs(down)
    crests = (steepness > low) & _crests(steepness, across, down)
    found = _with_what_hangs_on(crests & (steepness > high), crests)
    return Image.fromarray(np.where(found, np.uint8(255), np.uint8(0))).convert("RGB")


def _slopes(rgb: NDArray[np.uint8]) -> tuple[_Slopes, _Slopes]:
    """Return the slopes to the right and downwards, each pixel's of the channel in which it is steepest."""
    wide = np.pad(rgb, ((1, 1), (1, 1), (0, 0)), mode="edge").astype(np.int16)
    rows = wide[:-2] + 2 * wide[1:-1] + wide[2:]
    columns = wide[:, :-2] + 2 * wide[:, 1:-1] + wide[:, 2:]
    across, down = rows[:, 2:] - rows[:, :-2], columns[2:] - columns[:-2]
    steepest = np.argmax(np.abs(across) + np.abs(down), axis=2)[..., None]
    return _of(across, steepest), _of(down, steepest)


def _of(slopes: NDArray[np.int16], channel: NDArray[np.intp]) -> _Slopes:
    return np.take_along_axis(slopes, channel, 2)[..., 0].astype(np.int32)


def _crests(steepness: _Slopes, across: _Slopes, down: _Slopes) -> _Marks:
    """Return where it is steeper than at both neighbours in the direction of the slope, one of eight."""
    right, below = np.abs(across), np.abs(down) << _FRACTION
    flat = below < right * _TANGENT
    upright = below > right * (_TANGENT + (2 << _FRACTION))
    around = np.pad(steepness, 1)
    return np.select(
        [flat, upright, (across ^ down) < 0],
        [
            (steepness > _beside(around, 0, -1)) & (steepness >= _beside(around, 0, 1)),
            (steepness > _beside(around, -1, 0)) & (steepness >= _beside(around, 1, 0)),
            (steepness > _beside(around, -1, 1)) & (steepness > _beside(around, 1, -1)),
        ],
        (steepness > _beside(around, -1, -1)) & (steepness > _beside(around, 1, 1)),
    )


def _beside(around: _Slopes, down: int, right: int) -> _Slopes:
    """Return each pixel's neighbour, of a picture with a frame of one pixel."""
    height, width = around.shape
    return around[1 + down : height - 1 + down, 1 + right : width - 1 + right]


def _with_what_hangs_on(sure: _Marks, crests: _Marks) -> _Marks:
    """Return the sure ones with all crests that touch them, or touch one that does, also by a corner."""
    found, free = np.pad(sure, 1), np.pad(crests & ~sure, 1)
    wide = found.shape[1]
    steps = np.array([-wide - 1, -wide, -wide + 1, -1, 1, wide - 1, wide, wide + 1])
    newest = np.flatnonzero(found)
    while newest.size:
        near = (newest[:, None] + steps).ravel()
        newest = np.unique(near[free.flat[near]])
        free.flat[newest], found.flat[newest] = False, True
    return found[1:-1, 1:-1]
