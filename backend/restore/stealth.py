"""Settings in the lowest bits of an alpha channel, column by column: "stealth PNG info".

The layout is that of the extension sd_webui_stealth_pnginfo (`scripts/stealth_pnginfo.py`), which Forge, SwarmUI and
NovelAI share: a signature of 15 letters, the length in bits as 32 bits, and the text, packed by gzip or plain.
"""

import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image, UnidentifiedImageError

from backend.images.metadata.bulk import MOST_TEXT

_PACKED, _PLAIN = b"stealth_pngcomp", b"stealth_pnginfo"
_HEAD = 8 * (len(_PACKED) + 4)
"""Bits of signature and length."""
_MOST_PIXELS = 4096 * 4096
_MOST_ROWS = 2**23
"""Bytes that are unpacked of a PNG to look at its signature."""
_MOST_LOSSLESS = 1536 * 1024
"""Pixels of a WebP: its signature can't be looked at without decoding all of it, which takes 25 ms a million."""
_MOST_LOW = 2**20
"""Pixels of a picture lower than the signature, which is decoded as a whole."""
_MOST_CHUNKS = 10_000
"""Of a PNG."""
_UNREADABLE = (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError)
_GZIP = 31
"""zlib's `wbits`: 15 for the largest window, 16 for a gzip header."""


def stealth_text(content: bytes) -> str | None:
    """Return the text in the alpha channel of a PNG or a lossless WebP, or None where there is none.

    The signature of a PNG is looked at without decoding the picture; only one that has it is decoded.
    """
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _decoded(content, "PNG") if _is_signed_png(content) else None
    return _decoded(content, "WEBP") if _may_be_signed_webp(content) else None


def _is_signed_png(content: bytes) -> bool:
    """Look at the first column: of 8-bit RGBA without interlacing, by the PNG's own header."""
    if len(content) < 33 or content[24:29] != b"\x08\x06\0\0\0":
        return False
    wide, high = struct.unpack_from(">II", content, 16)
    if not 0 < wide * high <= _MOST_PIXELS:
        return False
    if high < _HEAD:
        return bool(wide * high <= _MOST_LOW)
    row = 1 + 4 * wide
    if row * _HEAD > _MOST_ROWS:
        return False
    bits = _column(content, row)
    return all(bit == want for bit, want in zip(bits, _bits_of(b"stealth_png"), strict=False))


def _bits_of(text: bytes) -> list[int]:
    return [byte >> shift & 1 for byte in text for shift in range(7, -1, -1)]


def _column(content: bytes, row: int) -> Iterator[int]:
    """Yield the lowest bits of the first column's alpha, undoing the filters of its rows (PNG, third edition, 9.2).

    Left of the first pixel is nothing: Sub and None add nothing, Up and Paeth the byte above, Average half of it.
    """
    above = 0
    for filtered, raw in _first_pixels(content, row):
        added = above if filtered in (2, 4) else above // 2 if filtered == 3 else 0
        above = (raw + added) & 255
        yield above & 1
    yield -1


def _first_pixels(content: bytes, row: int) -> Iterator[tuple[int, int]]:
    """Yield each row's filter and the alpha byte of its first pixel, unpacking no more than is asked for."""
    unpacking, held = zlib.decompressobj(), b""
    try:
        for data in _packed(content):
            waiting = data
            while waiting:
                held += unpacking.decompress(waiting, row * 8)
                waiting = unpacking.unconsumed_tail
                while len(held) >= row:
                    yield held[0], held[4]
                    held = held[row:]
    except zlib.error:
        return


def _packed(content: bytes) -> Iterator[bytes]:
    position = 8
    for _ in range(_MOST_CHUNKS):
        if position + 8 > len(content):
            return
        length, kind = struct.unpack_from(">I4s", content, position)
        if kind == b"IDAT":
            yield content[position + 8 : position + 8 + length]
        position += length + 12


def _may_be_signed_webp(content: bytes) -> bool:
    """Whether it is a lossless WebP that says it uses alpha, small enough to be decoded (RFC 9649, section 3.4)."""
    place = content.find(b"VP8L", 12, 4096)
    if not (content.startswith(b"RIFF") and content[8:12] == b"WEBP") or place < 0:
        return False
    bits = int.from_bytes(content[place + 9 : place + 13], "little")
    pixels = (1 + (bits & 0x3FFF)) * (1 + (bits >> 14 & 0x3FFF))
    return bool(bits >> 28 & 1) and pixels <= _MOST_LOSSLESS


def _decoded(content: bytes, image_format: str) -> str | None:
    try:
        with Image.open(io.BytesIO(content), formats=(image_format,)) as picture:
            if picture.mode != "RGBA":
                return None
            alpha = np.asarray(picture.getchannel("A"), dtype=np.uint8)
    except _UNREADABLE:
        return None
    return _text((alpha & np.uint8(1)).T.reshape(-1))


def _text(bits: "np.ndarray[tuple[int], np.dtype[np.uint8]]") -> str | None:
    """Return the text that the bits hold."""
    head = np.packbits(bits[:_HEAD]).tobytes()
    length = int.from_bytes(head[len(_PACKED) :])
    if head[: len(_PACKED)] not in (_PACKED, _PLAIN) or not 0 < length <= min(len(bits) - _HEAD, MOST_TEXT * 8):
        return None
    data = np.packbits(bits[_HEAD : _HEAD + length]).tobytes()
    if head.startswith(_PACKED):
        try:
            data = zlib.decompressobj(_GZIP).decompress(data, MOST_TEXT)
        except zlib.error:
            return None
    return data.decode(errors="replace")
