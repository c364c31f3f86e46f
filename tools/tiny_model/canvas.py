"""A canvas for flat polygons, drawn at twice its size and scaled down for smooth edges."""

import cv2
import numpy as np

from tools.tiny_model.palette import Rgb

SUPERSAMPLING = 2
FRACTION_BITS = 4  # cv2 takes points in sixteenths of a pixel


class Canvas:
    """A picture being drawn; coordinates are pixels of the finished picture, (0, 0) at the top left."""

    def __init__(self, *, width: int, height: int, colour: Rgb = (255, 255, 255)) -> None:
        self.width, self.height = width, height
        self.pixels = np.empty((height * SUPERSAMPLING, width * SUPERSAMPLING, 3), np.uint8)
        self.pixels[:] = colour

    @property
    def side(self) -> int:
        """The shorter side, in pixels."""
        return min(self.width, self.height)

    def fill(self, points: np.ndarray, colour: Rgb) -> None:
        """Fill a polygon; points have the shape (n, 2)."""
        fixed = np.round(points * (SUPERSAMPLING << FRACTION_BITS)).astype(np.int32)
        cv2.fillPoly(self.pixels, [fixed], colour, cv2.LINE_8, FRACTION_BITS)

    def shade(self, *, top: float, bottom: float, first: Rgb, last: Rgb) -> None:
        """Fill the band between two heights with a gradient from the first colour down to the last."""
        start = round(top * SUPERSAMPLING)
        stop = max(round(bottom * SUPERSAMPLING), start + 1)
        ramp = np.linspace(0, 1, stop - start)[:, None, None]
        self.pixels[start:stop] = (np.array(first) * (1 - ramp) + np.array(last) * ramp).astype(np.uint8)

    def finished(self) -> np.ndarray:
        """The picture as uint8 RGB of the shape (height, width, 3)."""
        return cv2.resize(self.pixels, (self.width, self.height), interpolation=cv2.INTER_AREA)
