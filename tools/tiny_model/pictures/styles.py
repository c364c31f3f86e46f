"""Styles that words choose: brushes for ink, cut paper, pixel art, neon and pastel beside the flat one."""

from collections.abc import Callable

import cv2
import numpy as np

from tools.tiny_model.pictures.canvas import FRACTION_BITS, SUPERSAMPLING, Brush, Canvas, Part, Patch, blend
from tools.tiny_model.world.palette import INK, Rgb, mix, scale

SHEET: Rgb = (247, 243, 232)  # an ink drawing's paper
NIGHT: Rgb = (13, 9, 32)  # what neon glows on
LINE = 1 / 96  # a line's width, in parts of the shorter side


def _stroke(pixels: np.ndarray, canvas: Canvas, fixed: list[np.ndarray], colour: Rgb, *, width: float = LINE) -> None:
    thick = max(2, round(width * canvas.side * SUPERSAMPLING))
    cv2.polylines(pixels, fixed, isClosed=True, color=colour, thickness=thick, lineType=cv2.LINE_8, shift=FRACTION_BITS)


class InkBrush(Brush):
    """Dark lines on paper, with a thin wash of the colours."""

    def ground(self, colour: Rgb) -> Rgb:
        """Paper with a little of the colour."""
        return mix(SHEET, colour, 0.22)

    def paint(self, canvas: Canvas, part: Part, patch: Patch, fixed: list[np.ndarray]) -> None:
        """Wash and outline."""
        blend(canvas.pixels, patch, *(mix(SHEET, colour, 0.55) for colour in (part.colour, part.last or part.colour)))
        if part.shade:
            depth = max(2, round(part.shade * min(patch.mask.shape)))
            wash = mix(SHEET, scale(part.colour, 0.8), 0.8)
            blend(canvas.pixels, Patch(patch.left, patch.top, patch.shadow(depth)), wash, wash)
        _stroke(canvas.pixels, canvas, fixed, INK)


class PaperBrush(Brush):
    """Sheets of coloured paper that lie on one another and cast soft shadows."""

    def paint(self, canvas: Canvas, part: Part, patch: Patch, fixed: list[np.ndarray]) -> None:
        """Cast a shadow to the lower left, then lay the sheet with a bright cut edge."""
        reach = max(2, round(canvas.side * SUPERSAMPLING / 32))
        _cast(canvas.pixels, patch, reach)
        colour = mix(part.colour, (128, 120, 112), 0.08)
        blend(canvas.pixels, patch, colour, colour)
        edge = Patch(patch.left, patch.top, patch.rim(max(2, reach // 5)))
        blend(canvas.pixels, edge, *(mix(colour, (255, 255, 255), 0.35),) * 2)


def _cast(pixels: np.ndarray, patch: Patch, reach: int) -> None:
    """Darken what is around a patch, most at its lower left."""
    high, wide = pixels.shape[:2]
    left, top = patch.left - 2 * reach, patch.top - reach
    height, width = patch.mask.shape
    shadow = np.zeros((height + 3 * reach, width + 3 * reach), np.uint8)
    shadow[2 * reach : 2 * reach + height, reach : reach + width] = patch.mask
    shadow = cv2.blur(cv2.blur(shadow, (reach, reach)), (reach, reach))
    x, y = max(0, -left), max(0, -top)
    shadow = shadow[y : high - top, x : wide - left]
    under = pixels[top + y : top + y + shadow.shape[0], left + x : left + x + shadow.shape[1]]
    light = (255 - (shadow.astype(np.uint16) * 128 >> 8)).astype(np.uint8)
    cv2.multiply(under, cv2.merge([light] * 3), dst=under, scale=1 / 255)


class NeonBrush(Brush):
    """Tubes that glow in the drawing's colours in the dark."""

    def __init__(self) -> None:
        self._tubes: np.ndarray | None = None

    def ground(self, colour: Rgb) -> Rgb:
        """The dark, with a breath of the colour."""
        return mix(NIGHT, colour, 0.1)

    def paint(self, canvas: Canvas, part: Part, patch: Patch, fixed: list[np.ndarray]) -> None:
        """Darken the inside and bend a tube along the outline."""
        if self._tubes is None:
            self._tubes = np.zeros_like(canvas.pixels)
        dark = mix(NIGHT, part.colour, 0.16)
        blend(canvas.pixels, patch, dark, dark)
        patch.of(self._tubes)[patch.mask > 0] = 0
        _stroke(self._tubes, canvas, fixed, _vivid(part.colour))

    def finish(self, pixels: np.ndarray) -> np.ndarray:
        """Add the tubes and their glow."""
        if self._tubes is None:
            return pixels
        height, width = pixels.shape[:2]
        tubes = cv2.resize(self._tubes, (width, height), interpolation=cv2.INTER_AREA)
        small = cv2.resize(tubes, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
        glow = cv2.GaussianBlur(small, (0, 0), min(small.shape[:2]) / 22)
        glow = cv2.resize(glow, (width, height), interpolation=cv2.INTER_LINEAR)
        return cv2.add(cv2.add(pixels, cv2.convertScaleAbs(glow, alpha=1.1)), tubes)


def _vivid(colour: Rgb) -> Rgb:
    """The colour as a tube has it: as bright as can be; a dark one glows violet."""
    strongest = max(colour)
    return (150, 110, 255) if strongest < 60 else scale(colour, 255 / strongest)


class PixelBrush(Brush):
    """Large square pixels of few colours."""

    LEVELS = 12

    def finish(self, pixels: np.ndarray) -> np.ndarray:
        """Average blocks, which lie where the latents do, and round their colours."""
        height, width = pixels.shape[:2]
        block = 8 if min(height, width) >= 160 else 4
        small = cv2.resize(pixels, (width // block, height // block), interpolation=cv2.INTER_AREA).astype(np.int32)
        even = np.clip((small + self.LEVELS // 2) // self.LEVELS * self.LEVELS, 0, 255).astype(np.uint8)
        return cv2.resize(even, (width, height), interpolation=cv2.INTER_NEAREST)


class PastelBrush(Brush):
    """The flat style in pale colours."""

    def finish(self, pixels: np.ndarray) -> np.ndarray:
        """Make it pale."""
        return (pixels // 2 + 127).astype(np.uint8)


STYLES: dict[str, Callable[[], Brush]] = {
    "flat": Brush, "ink": InkBrush, "paper": PaperBrush, "pixel": PixelBrush, "neon": NeonBrush, "pastel": PastelBrush,
}  # fmt: skip
