"""The preview of a picture that is drawn tile by tile: what is still to come is dark, and lights up."""

import io

from PIL import Image

from backend.adapters.local.drawing.drawing import OnStep
from backend.adapters.local.scenes.guides import Box
from backend.images.encoding import preview_jpeg

SIDE = 512
"""Pixels of the preview's longer side."""


class Growing:
    """Tells the steps of all drawings of one picture (RGB, `base`) as one count, with the picture as it stands.

    `total` are the steps of all of them; those that `done` counts were taken before the first tile.
    """

    def __init__(self, base: Image.Image, *, done: int, total: int) -> None:
        scale = min(SIDE / max(base.size), 1.0)
        self._scale, self._done, self._total = scale, done, total
        size = (max(round(base.width * scale), 1), max(round(base.height * scale), 1))
        small = base.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
        self._small = small.point(lambda level: level // 2)

    def of_tile(self, box: Box) -> "_Tile":
        """Return what tells the steps of the tile that is drawn in this box of the picture."""
        return _Tile(self, box)

    def laid(self, tile: Image.Image, box: Box, steps: int) -> None:
        """Show a tile that is done, and count its steps."""
        self._paste(self._small, tile, box)
        self._done += steps

    def tell(self, on_step: OnStep, step: int, preview: bytes | None, box: Box) -> None:
        """Tell of a step within a tile."""
        seen = self._small
        if preview is not None:
            seen = seen.copy()
            with Image.open(io.BytesIO(preview)) as small:
                self._paste(seen, small, box)
        on_step(self._done + step, self._total, preview_jpeg(seen, SIDE))

    def _paste(self, seen: Image.Image, tile: Image.Image, box: Box) -> None:
        left, top, right, bottom = (round(edge * self._scale) for edge in box)
        size = (max(right - left, 1), max(bottom - top, 1))
        seen.paste(tile.convert("RGB").resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0), (left, top))


class _Tile:
    """Says the steps of one tile as those of the whole picture."""

    def __init__(self, growing: Growing, box: Box) -> None:
        self._growing, self._box = growing, box

    def __call__(self, on_step: OnStep) -> OnStep:
        return lambda step, _total, preview: self._growing.tell(on_step, step, preview, self._box)
