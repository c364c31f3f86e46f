"""A canvas for filled outlines, drawn at twice its size and scaled down for smooth edges; a brush gives the style."""

from dataclasses import dataclass

import cv2
import numpy as np

from tools.tiny_model.world.palette import Rgb, mix, scale

SUPERSAMPLING = 2
FRACTION_BITS = 4  # cv2 takes points in sixteenths of a pixel


@dataclass(frozen=True, slots=True)
class Part:
    """One filled outline, of the shape (n, 2), with a gradient from top to bottom and a share in shadow.

    `shade` is how deep the shadow on the lower left reaches, in parts of the outline's smaller extent.
    """

    outline: np.ndarray
    colour: Rgb
    last: Rgb | None = None  # the colour at the bottom, where it is another
    shade: float = 0.0
    hole: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """The pixels of a canvas that a part covers: its box's corner and which of the box's pixels it has (0 or 255)."""

    left: int
    top: int
    mask: np.ndarray

    def of(self, pixels: np.ndarray) -> np.ndarray:
        """The box's part of a picture."""
        height, width = self.mask.shape
        return pixels[self.top : self.top + height, self.left : self.left + width]

    def shadow(self, depth: int) -> np.ndarray:
        """The mask's pixels that are that near to its lower left rim."""
        lit = np.zeros_like(self.mask)
        if depth < min(self.mask.shape):
            lit[:-depth, depth:] = self.mask[depth:, :-depth]
        return cv2.bitwise_and(self.mask, cv2.bitwise_not(lit))

    def rim(self, depth: int) -> np.ndarray:
        """The mask's pixels that are that near to its upper right rim."""
        dark = np.zeros_like(self.mask)
        if depth < min(self.mask.shape):
            dark[depth:, :-depth] = self.mask[:-depth, depth:]
        return cv2.bitwise_and(self.mask, cv2.bitwise_not(dark))


class Brush:
    """How parts look: here flat and poster-like, with a gradient and a crisp shadow. Styles override its methods."""

    SHADE = 0.8  # a shadow's share of the light

    def ground(self, colour: Rgb) -> Rgb:
        """What becomes of a background's colour."""
        return colour

    def paint(self, canvas: "Canvas", part: Part, patch: Patch, fixed: list[np.ndarray]) -> None:
        """Paint a part; `fixed` has its contours in sixteenths of a pixel of the large canvas."""
        blend(canvas.pixels, patch, part.colour, part.last or part.colour)
        if part.shade:
            depth = max(2, round(part.shade * min(patch.mask.shape)))
            dark = Patch(patch.left, patch.top, patch.shadow(depth))
            blend(canvas.pixels, dark, scale(part.colour, self.SHADE), scale(part.last or part.colour, self.SHADE))

    def finish(self, pixels: np.ndarray) -> np.ndarray:
        """What is done to the whole picture at last."""
        return pixels


def blend(pixels: np.ndarray, patch: Patch, first: Rgb, last: Rgb) -> None:
    """Fill a patch with a gradient from the first colour at its top to the last at its bottom."""
    height, width = patch.mask.shape
    if first == last:
        patch.of(pixels)[patch.mask > 0] = first
        return
    ramp = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    rows = (np.float32(first) * (1 - ramp) + np.float32(last) * ramp).astype(np.uint8)
    cv2.copyTo(np.repeat(rows, width, 1), patch.mask, patch.of(pixels))


class Canvas:
    """A picture being drawn; coordinates are pixels of the finished picture, (0, 0) at the top left."""

    def __init__(self, *, width: int, height: int, colour: Rgb = (255, 255, 255), brush: Brush | None = None) -> None:
        self.width, self.height, self.brush = width, height, brush or Brush()
        self.pixels = np.empty((height * SUPERSAMPLING, width * SUPERSAMPLING, 3), np.uint8)
        self.pixels[0] = colour
        self.pixels[1:] = self.pixels[0]  # whole rows: pixel by pixel takes fifty times as long

    @property
    def side(self) -> int:
        """The shorter side, in pixels."""
        return min(self.width, self.height)

    def draw(self, part: Part) -> None:
        """Paint a part as the brush does; its outline is in pixels."""
        contours = [part.outline] if part.hole is None else [part.outline, part.hole]
        fixed = [np.round(points * (SUPERSAMPLING << FRACTION_BITS)).astype(np.int32) for points in contours]
        patch = self._patch(fixed)
        if patch:
            self.brush.paint(self, part, patch, fixed)

    def fill(self, outline: np.ndarray, colour: Rgb, last: Rgb | None = None, *, shade: float = 0.0) -> None:
        """Paint an outline; shape (n, 2)."""
        self.draw(Part(outline, colour, last, shade))

    def tone(self, outline: np.ndarray, factor: float) -> None:
        """Darken or lighten what is under an outline, as a cast shadow or a ray of light does."""
        fixed = [np.round(outline * (SUPERSAMPLING << FRACTION_BITS)).astype(np.int32)]
        patch = self._patch(fixed)
        if patch:
            under = patch.of(self.pixels)
            cv2.copyTo(cv2.convertScaleAbs(under, alpha=factor), patch.mask, under)

    def shade(self, *, top: float, bottom: float, first: Rgb, last: Rgb) -> None:
        """Fill the band between two heights with a gradient from the first colour down to the last."""
        first, last = self.brush.ground(first), self.brush.ground(last)
        start = round(top * SUPERSAMPLING)
        stop = max(round(bottom * SUPERSAMPLING), start + 1)
        ramp = np.linspace(0, 1, stop - start, dtype=np.float32)[:, None, None]
        rows = (np.float32(first) * (1 - ramp) + np.float32(last) * ramp).astype(np.uint8)
        wide = (self.pixels.shape[1], len(rows))
        self.pixels[start:stop] = cv2.resize(rows, wide, interpolation=cv2.INTER_NEAREST)

    def finished(self) -> np.ndarray:
        """The picture as uint8 RGB of the shape (height, width, 3)."""
        small = cv2.resize(self.pixels, (self.width, self.height), interpolation=cv2.INTER_AREA)
        return self.brush.finish(small)

    def _patch(self, fixed: list[np.ndarray]) -> Patch | None:
        """Where the contours are on the canvas; None where they are beside it."""
        high, wide = self.pixels.shape[:2]
        low, most = fixed[0].min(0) >> FRACTION_BITS, (fixed[0].max(0) >> FRACTION_BITS) + 1
        left, top = max(0, int(low[0])), max(0, int(low[1]))
        right, bottom = min(wide, int(most[0]) + 1), min(high, int(most[1]) + 1)
        if right <= left or bottom <= top:
            return None
        mask = np.zeros((bottom - top, right - left), np.uint8)
        corner = np.array([left, top], np.int32) << FRACTION_BITS
        cv2.fillPoly(mask, [points - corner for points in fixed], 255, cv2.LINE_8, FRACTION_BITS)
        return Patch(left, top, mask)


def softly(colour: Rgb) -> tuple[Rgb, Rgb]:
    """A colour's gradient: a little lighter on top, a little darker at the bottom."""
    return mix(colour, (255, 255, 255), 0.1), scale(colour, 0.93)
