"""Width and height of a PNG, JPEG, WebP or AVIF by its header alone, without a decoder."""

import struct

from backend.images.metadata.boxes import avif_size, is_avif

_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""JPEG's markers that begin a frame (ITU T.81, table B.1); the three left out are tables and an extension."""
_MOST_SEGMENTS = 1000
Size = tuple[int, int]


def picture_size(content: bytes) -> Size | None:
    """Return width and height in pixels as the file stores them, or None where no header says them."""
    for begins, read in ((b"\x89PNG", _png), (b"\xff\xd8", _jpeg), (b"RIFF", _webp)):
        if content.startswith(begins):
            size = read(content)
            return size if size and all(size) else None
    return avif_size(content) if is_avif(content) else None


def _png(content: bytes) -> Size | None:
    if content[12:16] != b"IHDR" or len(content) < 24:
        return None
    wide, high = struct.unpack_from(">II", content, 16)
    return wide, high


def _jpeg(content: bytes) -> Size | None:
    position = 2
    for _ in range(_MOST_SEGMENTS):
        if position + 9 > len(content) or content[position] != 0xFF:
            return None
        marker, length = struct.unpack_from(">xBH", content, position)
        if marker in _FRAMES:
            high, wide = struct.unpack_from(">HH", content, position + 5)
            return wide, high
        position += 2 + length
    return None


def _webp(content: bytes) -> Size | None:
    """Read VP8X, VP8L and VP8 (RFC 9649, sections 2.7 and 3.4; RFC 6386, section 9.1)."""
    kind, data = content[12:16], content[20:30]
    if len(data) < 10:
        return None
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[4:7], "little"), 1 + int.from_bytes(data[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        wide, high = struct.unpack_from("<HH", data, 6)
        return wide & 0x3FFF, high & 0x3FFF
    return None
