"""Whether a PNG has texts behind its pixels, for which Pillow decodes all of them when it is asked for EXIF data."""

import struct
from typing import IO

from PIL import Image
from PIL.PngImagePlugin import PngImageFile

_MOST_CHUNKS = 30_000
"""Of 30 MB in pieces of 8 KB, as libpng writes pixels, there are 4,000."""
_PIXELS = b"IDAT"
_TEXTS = (b"eXIf", b"tEXt", b"zTXt", b"iTXt")


def exif_of(picture: Image.Image) -> Image.Exif:
    """Return an opened picture's EXIF data; the pixels of a PNG are decoded only where texts stand behind them.

    Raises what Pillow raises for EXIF data, or for pixels, that are broken.
    """
    file = picture.fp if isinstance(picture, PngImageFile) else None
    if file is None or "exif" in picture.info or _has_late_texts(file):
        return picture.getexif()
    return Image.Image.getexif(picture)


def _has_late_texts(file: IO[bytes]) -> bool:
    stood = file.tell()
    try:
        kinds = _kinds(file)
        return _PIXELS in kinds and any(kind in _TEXTS for kind in kinds[kinds.index(_PIXELS) :])
    finally:
        file.seek(stood)


def _kinds(file: IO[bytes]) -> list[bytes]:
    """Return the kinds of a PNG's chunks in their order; a length that leads out of the file ends them."""
    kinds: list[bytes] = []
    position = 8
    while len(kinds) < _MOST_CHUNKS:
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            return kinds
        length, kind = struct.unpack(">I4s", head)
        kinds.append(kind)
        position += length + 12
    return kinds
