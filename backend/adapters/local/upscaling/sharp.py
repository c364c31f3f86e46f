"""A picture enlarged by an upscaler in tiles, so that its memory is that of one tile beside the result."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from backend.adapters.local.machine.memory import free_memory
from backend.adapters.local.machine.memory_guard import free, is_memory, memory_guard
from backend.adapters.local.upscaling.tiles import Size, Tile, tiles
from backend.adapters.local.upscaling.upscaler import Upscaler
from backend.threads.background import Check

SIDES = (512, 256, 128, 64)
"""Pixels of the picture a tile has each way: the largest for which there is memory."""
OVERLAP = 16
"""Pixels that a tile sees beyond its edge; what an upscaler looks at further away hardly counts."""
_WAY_OUT = "Choose another upscaler, or Lanczos."
OnTile = Callable[[int, int, Image.Image, Tile], None]
"""Called after each tile with how many are done, of how many, the result as it stands, and which it was."""


@dataclass(frozen=True, slots=True)
class Sharp:
    """Enlarges one picture (RGB) to `size`; `check` is asked before each layer, and raises to stop."""

    image: Image.Image
    size: Size
    upscaler: Upscaler
    on_tile: OnTile
    check: Check

    def enlarged(self) -> Image.Image:
        """Return the result (RGB); raise `OutOfMemory` where not even small tiles fit."""
        first = SIDES.index(self._side())
        for side in SIDES[first:-1]:
            try:
                return self._in_tiles(side)
            except (RuntimeError, MemoryError) as error:
                if not is_memory(error):
                    raise
            free()
        with memory_guard(f"enlarging with {self.upscaler.name}", _WAY_OUT):
            return self._in_tiles(SIDES[-1])

    @property
    def _factor(self) -> float:
        return max(self.size[0] / self.image.width, self.size[1] / self.image.height)

    def _side(self) -> int:
        """Return the largest side for which half of the free memory will do."""
        room = free_memory(self.upscaler.device) // 2
        needs = {side: self.upscaler.memory((side + 2 * OVERLAP) ** 2, self._factor) for side in SIDES}
        return next((side for side in SIDES if needs[side] <= room), SIDES[-1])

    def _in_tiles(self, side: int) -> Image.Image:
        canvas = Image.new("RGB", self.size)
        parts = tuple(tiles(self.image.size, self.size, side=side, overlap=OVERLAP))
        for done, tile in enumerate(parts, 1):
            canvas.paste(self._drawn(tile), tile.place[:2])
            self.on_tile(done, len(parts), canvas, tile)
        return canvas

    def _drawn(self, tile: Tile) -> Image.Image:
        import numpy as np

        part = self.image.crop(tile.read)
        large = Image.fromarray(self.upscaler.enlarged(np.asarray(part), self._factor, self.check))
        scale = large.width // part.width
        left, top, right, bottom = (edge * scale for edge in tile.inner)
        if self.size == (self.image.width * scale, self.image.height * scale):
            return large.crop((round(left), round(top), round(right), round(bottom)))
        box = (max(left, 0.0), max(top, 0.0), min(right, large.width), min(bottom, large.height))
        wanted = (tile.place[2] - tile.place[0], tile.place[3] - tile.place[1])
        return large.resize(wanted, Image.Resampling.LANCZOS, box=box)
