"""The pattern that is added to blue against yellow, and the view of a picture in which it stands out.

Spread spectrum (Cox, Kilian, Leighton and Shamoon, "Secure spread spectrum watermarking for multimedia", IEEE
Transactions on Image Processing 6(12), 1997) with a periodic pattern, so that a crop only shifts it and a new size
only moves the lines of its spectrum (Kutter, "Watermarking resisting to translation, rotation, and scaling", SPIE 3528,
1998).
"""

from functools import cache
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from backend.images.watermark.smoothing import blurred, halved, mean_around

Plane = NDArray[np.float32]
"""One value for each two pixels down and across, (height / 2, width / 2), as JPEG and WebP mostly keep colours."""

PERIOD = 127
"""Values of a plane after which the pattern repeats: a prime, so that JPEG's blocks of 8 share no line."""
_BAND = (0.05, 0.16)
"""Cycles for each value: below, pictures drown it; above, JPEG quality 75 and half the size take it away."""
_KEY = b"z-image-playground watermark 1"
"""No secret: whoever reads this can take the mark out, or put it into any picture."""
_BLUENESS = np.array((-0.168736, -0.331264, 0.5), np.float32)
"""Cb of JPEG (ITU-T T.871), without its offset."""
BACK = np.array((0, -0.344136, 1.772), np.float32)
"""What one level of Cb is of red, green and blue: no brightness, to which eyes are many times as sensitive."""


@cache
def spectrum() -> NDArray[np.complex64]:
    """Return the pattern's spectrum as `numpy.fft.rfft2` lays it out: magnitude 1 in the band and 0 elsewhere."""
    down, across = np.fft.fftfreq(PERIOD), np.fft.fftfreq(PERIOD)
    radius = np.hypot(down[:, None], across[None])
    waves = np.exp(2j * np.pi * _fractions((PERIOD, PERIOD)))
    # The pattern is real: each line is the conjugate of the one opposite.
    waves = waves + np.conj(np.roll(waves[::-1, ::-1], 1, (0, 1)))
    whole = np.where((radius >= _BAND[0]) & (radius <= _BAND[1]), waves / np.abs(waves), 0)
    return np.asarray(whole[:, : PERIOD // 2 + 1], np.complex64)


@cache
def tile() -> NDArray[np.float32]:
    """Return one period of the pattern for pixels, (254, 254), of mean 0 and standard deviation 1."""
    lines = np.zeros((2 * PERIOD, PERIOD + 1), np.complex64)
    down, across = places()
    lines[np.where(down > PERIOD // 2, down - PERIOD, down), across] = spectrum()[places()]
    # A plane's value is the mean of two by two pixels: its middle lies half a pixel further.
    half = np.exp(-0.5j * np.pi * (np.fft.fftfreq(2 * PERIOD)[:, None] * 2 + np.arange(PERIOD + 1) / PERIOD))
    pattern = np.fft.irfft2(lines * half, (2 * PERIOD, 2 * PERIOD))
    return np.asarray(pattern / pattern.std(), np.float32)


def _fractions(shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return numbers from 0 to 1 that are the same with every version of NumPy, which its generators don't promise."""
    count = shape[0] * shape[1]
    drawn = b"".join(sha256(b"%s %d" % (_KEY, block)).digest() for block in range(-(-count // 8)))
    return np.frombuffer(drawn, "<u4")[:count].reshape(shape) / 2.0**32


def blueness(rgb: NDArray[np.uint8]) -> Plane:
    """Return blue against yellow, -128 to 128, of pixels (height, width, 3)."""
    return np.asarray(np.dot(halved(rgb), _BLUENESS), np.float32)


def details(plane: Plane) -> Plane:
    """Return what is finer than about 20 values."""
    return plane - blurred(plane)


def evened(fine: Plane) -> Plane:
    """Return details (-2 to 2) as strong everywhere as elsewhere, so that edges don't drown the pattern."""
    around = np.sqrt(np.maximum(mean_around(fine * fine, 31), 0)) + np.float32(0.7)
    return np.asarray(np.clip(fine / around, -2, 2), np.float32)


def agreement(lines: NDArray[np.complex64]) -> NDArray[np.complex64]:
    """Return how the phases of the pattern's lines in a picture differ from its own.

    `lines` are those of `places`, in its order; their magnitudes, which are the picture's, are left out.
    """
    return lines / (np.abs(lines) + np.float32(1e-6)) * np.conj(spectrum()[places()])


@cache
def places() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where the pattern's lines stand in `spectrum`: rows and columns, about 600 of each."""
    down, across = np.nonzero(spectrum())
    return down, across


def best_shift(agreed: NDArray[np.complex64], grid: int = PERIOD) -> tuple[float, tuple[int, int]]:
    """Return how far the best of `grid` × `grid` shifts stands out, in standard deviations of them all, and that shift.

    It is (down, across), of `grid` to a period; `grid` is at least 64.
    """
    down, across = places()
    lines = np.zeros((grid, grid // 2 + 1), np.complex64)
    lines[np.where(down > PERIOD // 2, down - PERIOD, down), across] = agreed
    found = np.fft.irfft2(lines, (grid, grid))
    spread = float(found.std())
    row, column = divmod(int(found.argmax()), grid)
    return (float(found.max()) / spread if spread else 0.0), (row, column)
