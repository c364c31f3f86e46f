"""The preview of a picture that is made tile by tile: what is still to come is dark, and lights up."""

from PIL import Image

from backend.images.boxes import Box
from backend.images.encoding import preview_jpeg

SIDE = 512
"""Pixels of the preview's longer side."""


class LitPreview:
    """Shows a picture of `size` (pixels) as it is made; `base` (RGB, of any size) is what it is made of.

    Where only a part of it is made anew, it is `lit` from the beginning.
    """

    def __init__(self, base: Image.Image, size: tuple[int, int], *, lit: bool = False) -> None:
        self._scale = min(SIDE / max(size), 1.0)
        wide, high = (max(round(side * self._scale), 1) for side in size)
        small = base.resize((wide, high), Image.Resampling.BILINEAR, reducing_gap=2.0)
        self._small = small if lit else small.point(lambda level: level // 2)

    def light(self, part: Image.Image, box: Box) -> None:
        """Show a part (of any size) that is done."""
        left, top, right, bottom = (round(edge * self._scale) for edge in box)
        size = (max(right - left, 1), max(bottom - top, 1))
        self._small.paste(part.convert("RGB").resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0), (left, top))

    def jpeg(self) -> bytes:
        """Return it as it stands."""
        return preview_jpeg(self._small, SIDE)
