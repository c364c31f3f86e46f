"""A large picture in tiles of a size that the model draws well, each overlapping its neighbours."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from backend.adapters.local.scenes.frame import Frame
from backend.images.boxes import Box
from backend.images.incoming import MULTIPLE, round_up

Size = tuple[int, int]
LEAST_OVERLAP = 32
"""Pixels; an eighth of a tile's side where that is more, as UltimateSDUpscale's 64 to 128 of 512 to 1024."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """The tiles of a picture of `size`, all of one size (width, height, in pixels), by their left and upper edges.

    They cover the `canvas`, which is the picture with its last pixels repeated to whole tiles.
    """

    size: Size
    canvas: Size
    tile: Size
    lefts: tuple[int, ...]
    tops: tuple[int, ...]

    @classmethod
    def of(cls, size: Size, frame: Frame) -> "Tiling":
        """Return the tiles of a picture (pixels) for a model; one that draws all sizes has smaller ones at need."""
        wide, high = round_up(size[0]), round_up(size[1])
        native = frame.drawn(frame.default)
        tile = native if frame.trained else (min(native[0], wide), min(native[1], high))
        tile = (max(tile[0], frame.least), max(tile[1], frame.least))
        canvas = (max(wide, tile[0]), max(high, tile[1]))
        return cls(size, canvas, tile, _edges(canvas[0], tile[0]), _edges(canvas[1], tile[1]))

    def __len__(self) -> int:
        return len(self.lefts) * len(self.tops)

    def boxes(self) -> Iterator[Box]:
        """Yield the boxes of the tiles on the canvas, row by row."""
        for top in self.tops:
            for left in self.lefts:
                yield left, top, left + self.tile[0], top + self.tile[1]


def overlap(side: int) -> int:
    """Return how many pixels two tiles of a side have in common at least."""
    return max(side // 8 // MULTIPLE * MULTIPLE, LEAST_OVERLAP)


def _edges(length: int, side: int) -> tuple[int, ...]:
    """Return where tiles begin, spread evenly, at multiples of 16: the model's patches lie alike in neighbours."""
    gaps = ceil((length - side) / (side - overlap(side)))
    units = (length - side) // MULTIPLE
    return tuple(index * units // gaps * MULTIPLE for index in range(gaps + 1)) if gaps else (0,)
