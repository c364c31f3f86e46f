"""Tiles put together row by row, blended where they overlap, so that no seam is left."""

from typing import TYPE_CHECKING, Any

from PIL import Image

from backend.adapters.local.drawing.noise_sheet import LATENT
from backend.adapters.local.scenes.frame import Frame
from backend.adapters.local.scenes.tiling import Tiling, overlap

if TYPE_CHECKING:
    import numpy as np

    Levels = np.ndarray[Any, np.dtype[np.float32]]


_BYTES, _FLOAT = 3, 4
"""Of a pixel in RGB, and of a number in fp32."""
_NOISE = 16 * _FLOAT // LATENT**2
"""Bytes a pixel of the noise: 16 channels in fp32 for 8 by 8 pixels."""


class Mosaic:
    """Takes the tiles of a picture in their order; one row of them is held as fp32, and rounded once.

    Across an overlap the weight of the later tile rises evenly from 0 to 1; where the overlap is wider than it has to
    be, in its middle alone.
    """

    def __init__(self, tiling: Tiling) -> None:
        import numpy as np

        self._tiling = tiling
        wide, high = tiling.canvas
        self._canvas = np.empty((high, wide, 3), np.uint8)
        self._row = np.zeros((tiling.tile[1], wide, 3), np.float32)
        self._above: Levels = np.zeros((0, wide, 3), np.float32)
        self._laid = 0

    def lay(self, tile: Image.Image) -> None:
        """Put down the next tile (RGB, the tiling's size)."""
        import numpy as np

        row, column = divmod(self._laid, len(self._tiling.lefts))
        left, side = self._tiling.lefts[column], self._tiling.tile[0]
        shared = self._tiling.lefts[column - 1] + side - left if column else 0
        place = self._row[:, left : left + side]
        place += (np.asarray(tile, np.float32) - place) * _weights(side, shared)[None, :, None]
        self._laid += 1
        if column == len(self._tiling.lefts) - 1:
            self._end_row(row)

    def picture(self) -> Image.Image:
        """Return the picture (RGB, its own size) once all tiles are laid."""
        wide, high = self._tiling.size
        return Image.fromarray(self._canvas[:high, :wide])

    def _end_row(self, row: int) -> None:
        tops, side = self._tiling.tops, self._tiling.tile[1]
        shared = len(self._above)
        band = self._row[:shared]
        band += (self._above - band) * (1 - _weights(side, shared)[:shared, None, None])
        kept = (tops[row + 1] if row + 1 < len(tops) else tops[row] + side) - tops[row]
        self._canvas[tops[row] : tops[row] + kept] = self._row[:kept].round().clip(0, 255)
        self._above = self._row[kept:].copy()


def tiles_memory(size: tuple[int, int], frame: Frame) -> int:
    """Return about how many bytes it takes to draw a picture of `size` (pixels) in tiles, beside the drawing of one.

    That is the picture before, after, and once more each while it is enlarged and made; a row of tiles; the noise.
    """
    tiling = Tiling.of(size, frame)
    pixels = tiling.canvas[0] * tiling.canvas[1]
    return pixels * (4 * _BYTES + _NOISE) + 2 * tiling.canvas[0] * tiling.tile[1] * 3 * _FLOAT


def _weights(side: int, shared: int) -> "Levels":
    """Return the weight of each pixel across a tile whose first `shared` ones the tile before it has as well."""
    import numpy as np

    width = min(shared, overlap(side))
    begin = (shared - width) // 2
    at = np.arange(side, dtype=np.float32)
    return np.clip((at - begin + 0.5) / max(width, 1), 0, 1) if shared else np.ones(side, np.float32)
