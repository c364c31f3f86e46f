"""A small copy of a picture, which says of its origin what the picture's own file says."""

from pathlib import Path
from typing import get_args

from PIL import Image

from backend.images.encoding import encode, preview_jpeg
from backend.images.incoming import open_upright, opened
from backend.images.metadata.origin import Origin, source_type_of
from backend.images.metadata.source_type import Term, marked
from backend.images.metadata.texts import MOST_BYTES


def small_copy(picture: Image.Image, longest_side: int) -> bytes:
    """Return a small JPEG of an opened picture, at most `longest_side` pixels wide and high.

    It carries the term of ours that the file carries, and none where that has none: a map, or a result from before.
    """
    return marked(preview_jpeg(picture, longest_side), "jpeg", term_in(picture))


def term_in(picture: Image.Image) -> Term | None:
    """Return the term of ours that an opened picture's file carries, or None."""
    packet = picture.info.get("xmp", b"")
    if not isinstance(packet, bytes) or len(packet) > MOST_BYTES:
        return None
    said = Origin(source_type_of(packet), credentials=None).term
    return next((term for term in get_args(Term) if term == said), None)


def reduced_size(size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    """Return width and height (pixels) of the same shape, at most `longest_side` each."""
    wide, high = (max(round(side * longest_side / max(size)), 1) for side in size)
    return wide, high


def reduced(path: Path, longest_side: int) -> bytes:
    """Return a picture of the data folder as a PNG, at most `longest_side` pixels each way; raises as `opened`.

    The file says of its origin what the picture's own says.
    """
    with opened(path) as picture:
        term = term_in(picture)
    image = open_upright(path)
    small = image.resize(reduced_size(image.size, longest_side), Image.Resampling.LANCZOS)
    return marked(encode(small, "png"), "png", term)
