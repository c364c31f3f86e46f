"""Tiles put together row by row, blended where they overlap, so that no seam is left."""

from typing import TYPE_CHECKING, Any

from PIL import Image

from backend.adapters.local.drawing.noise_sheet import LATENT
from backend.adapters.local.scenes.frame import Frame
from backend.adapters.local.scenes.tiling import Tiling, overlap

if TYPE_CHECKING:
    import numpy as np

    Levels = np.ndarray[Any, np.dtype[np.float32]]


_BYTES, _FLOAT = 4, 4
"""Of a pixel in RGB, as Pillow keeps it, and of a number in fp32."""
_NOISE = 16 * _FLOAT // LATENT**2
"""Bytes a pixel of the noise: 16 channels in fp32 for 8 by 8 pixels."""


class Mosaic:
    """Takes the tiles of a picture in their order; one row of them is held as fp32, and rounded once.

    They become a picture (RGB, as large as the tiling's canvas), each row once it is done: what was on it there may be
    what the tiles are made of, since no later tile reaches up to it. Across an overlap the weight of the later tile
    rises evenly from 0 to 1; where the overlap is wider than it has to be, in its middle alone.
    """

    def __init__(self, tiling: Tiling, picture: Image.Image) -> None:
        import numpy as np

        assert picture.size == tiling.canvas
        self._tiling, self._picture = tiling, picture
        wide = tiling.canvas[0]
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
        size = self._tiling.size
        return self._picture if self._picture.size == size else self._picture.crop((0, 0, *size))

    def _end_row(self, row: int) -> None:
        import numpy as np

        tops, side = self._tiling.tops, self._tiling.tile[1]
        shared = len(self._above)
        band = self._row[:shared]
        band += (self._above - band) * (1 - _weights(side, shared)[:shared, None, None])
        kept = (tops[row + 1] if row + 1 < len(tops) else tops[row] + side) - tops[row]
        self._above = self._row[kept:].copy()
        done = self._row[:kept]
        np.clip(np.rint(done, out=done), 0, 255, out=done)
        self._picture.paste(Image.fromarray(done.astype(np.uint8)), (0, tops[row]))


def tiles_memory(size: tuple[int, int], frame: Frame) -> int:
    """Return about how many bytes it takes to draw a picture of `size` (pixels) in tiles, beside the drawing of one.

    That is the picture, which becomes the result row by row, and once more while it is enlarged or cut to its size; a
    row of tiles; the noise.
    """
    tiling = Tiling.of(size, frame)
    pixels = tiling.canvas[0] * tiling.canvas[1]
    return pixels * (2 * _BYTES + _NOISE) + 2 * tiling.canvas[0] * tiling.tile[1] * 3 * _FLOAT


def _weights(side: int, shared: int) -> "Levels":
    """Return the weight of each pixel across a tile whose first `shared` ones the tile before it has as well."""
    import numpy as np

    width = min(shared, overlap(side))
    begin = (shared - width) // 2
    at = np.arange(side, dtype=np.float32)
    return np.clip((at - begin + 0.5) / max(width, 1), 0, 1) if shared else np.ones(side, np.float32)
