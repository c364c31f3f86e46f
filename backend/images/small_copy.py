"""A small copy of a picture, which says of its origin what the picture's own file says."""

from typing import get_args

from PIL import Image

from backend.images.encoding import preview_jpeg
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
