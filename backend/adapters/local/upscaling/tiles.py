"""An enlarged picture in tiles: which part of it each is, and which part of the picture it is computed from."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from backend.images.boxes import Box

Size = tuple[int, int]
_Span = tuple[int, int, int, int]
"""From and to in the picture with the overlap, and from and to in the result."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of the result: the box `place` of it is computed from the box `read` of the picture.

    `inner` is the part of `read` that `place` shows, in pixels of the picture from the corner of `read`: with a
    fraction where the factor is no whole number.
    """

    place: Box
    read: Box
    inner: tuple[float, float, float, float]


def tiles(size: Size, result: Size, *, side: int, overlap: int) -> Iterator[Tile]:
    """Yield the tiles of a `result` made of a picture of `size`, row by row (all in pixels).

    A tile shows at most `side` pixels of the picture each way, and sees `overlap` more of it on every side.
    """
    across = tuple(_spans(size[0], result[0], side, overlap))
    for top, bottom, above, below in _spans(size[1], result[1], side, overlap):
        for left, right, before, behind in across:
            place = (before, above, behind, below)
            yield Tile(place, (left, top, right, bottom), _inner(place, size, result, (left, top)))


def _spans(length: int, result: int, side: int, overlap: int) -> Iterator[_Span]:
    count = ceil(length / side)
    cuts = [index * length // count for index in range(count + 1)]
    for begin, end in pairwise(cuts):
        placed = (round(begin * result / length), round(end * result / length))
        yield max(begin - overlap, 0), min(end + overlap, length), *placed


def _inner(place: Box, size: Size, result: Size, corner: tuple[int, int]) -> tuple[float, float, float, float]:
    wide, high = size[0] / result[0], size[1] / result[1]
    left, top = place[0] * wide - corner[0], place[1] * high - corner[1]
    return left, top, place[2] * wide - corner[0], place[3] * high - corner[1]
