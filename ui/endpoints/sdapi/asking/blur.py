"""A mask blurred as A1111 does, which has OpenCV do it; here in NumPy and Pillow, to the bit below `2 * EXACT_BLUR`."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

EXACT_BLUR = 24
"""Deviation in pixels, below twice of which a mask is blurred as A1111 does to the pixel.

Wider ones were within 6 of 255 of A1111's on pictures of 500 pixels and more a side, and within 9 on 256 pixels.
"""


def blurred(mask: Image.Image, deviations: tuple[int, int]) -> Image.Image:
    """Return a mask (mode L) blurred by standard deviations in pixels, across and down; 0 leaves it."""
    for axis, deviation in enumerate(deviations):
        if deviation:
            # So wide a blur leaves nothing that fewer pixels wouldn't show: the time is that of a narrow one.
            step = max(1, deviation // EXACT_BLUR)
            fewer = [-(-side // step) if axis == along else side for along, side in enumerate(mask.size)]
            small = mask.resize((fewer[0], fewer[1]), Image.Resampling.BOX) if step > 1 else mask
            values = np.asarray(small)
            down = down_a_side(values if axis else values.T, deviation / step)
            soft = Image.fromarray(np.ascontiguousarray(down if axis else down.T))
            mask = soft.resize(mask.size, Image.Resampling.BILINEAR) if step > 1 else soft
    return mask


def down_a_side(values: NDArray[np.uint8], deviation: float) -> NDArray[np.uint8]:
    """Return values (height, width) blurred from top to bottom.

    Beyond an edge they are mirrored, without the outermost one.
    """
    weights = _weights(deviation)
    reach, height = len(weights) // 2, len(values)
    wide = np.pad(values, ((reach, reach), (0, 0)), mode="reflect").astype(np.uint16)
    total = np.full(values.shape, 128, np.uint16)  # A half of 256, so that the shift rounds.
    for place, weight in enumerate(weights):
        if weight:
            total += wide[place : place + height] * np.uint16(weight)
    return (total >> 8).astype(np.uint8)


def _weights(deviation: float) -> list[int]:
    """Return the bell in 256ths, what rounding loses passed on to the next, as OpenCV does for pixels of 8 bits.

    Its width is A1111's own: 2.5 deviations to each side. (`getGaussianKernelFixedPoint_ED` in OpenCV's
    `modules/imgproc/src/smooth.dispatch.cpp`.)
    """
    reach = int(2.5 * deviation + 0.5)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    side: list[int] = []
    lost = 0.0
    for share in bell[:reach] / bell.sum() * 256:
        side.append(round(share + lost))
        lost += share - side[-1]
    return [*side, 256 - 2 * sum(side), *reversed(side)]
