"""The texts in a PNG, JPEG or WebP file, found without decoding a pixel and within fixed bounds.

PNG: tEXt, zTXt, iTXt and eXIf chunks. JPEG: APP1 (EXIF) and COM segments. WebP: the EXIF chunk. Broken parts are passed
over: half a file may still hold its settings.
"""

import struct
import zlib
from collections.abc import Iterator

from backend.restore.exif import exif_texts

MOST_BYTES = 2**19
"""Of one text; ComfyUI's larger workflows have some hundred kilobytes."""
MOST_TEXTS = 64
MOST_IN_ALL = 2**20
_MOST_CHUNKS = 100_000


def read_texts(content: bytes) -> dict[str, str]:
    """Return the texts by keyword (EXIF tags by name); the first of a keyword counts."""
    texts: dict[str, str] = {}
    total = 0
    for key, text in _texts(content):
        if len(texts) == MOST_TEXTS:
            break
        if key not in texts and total + len(text) <= MOST_IN_ALL:
            texts[key] = text
            total += len(text)
    return texts


def _texts(content: bytes) -> Iterator[tuple[str, str]]:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        yield from _png(content)
    elif content.startswith(b"\xff\xd8"):
        yield from _jpeg(content)
    elif content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        yield from _webp(content)


def _png(content: bytes) -> Iterator[tuple[str, str]]:
    position = 8
    for _ in range(_MOST_CHUNKS):
        if position + 8 > len(content):
            return
        length, kind = struct.unpack_from(">I4s", content, position)
        if kind in _PNG_READERS and length <= MOST_BYTES:
            yield from _PNG_READERS[kind](content[position + 8 : position + 8 + length])
        position += length + 12


def _plain_text(data: bytes) -> Iterator[tuple[str, str]]:
    key, _, text = data.partition(b"\0")
    yield key.decode("latin-1"), _utf8_or_latin(text)


def _packed_text(data: bytes) -> Iterator[tuple[str, str]]:
    key, _, rest = data.partition(b"\0")
    unpacked = _unpack(rest[1:])
    if unpacked is not None:
        yield key.decode("latin-1"), _utf8_or_latin(unpacked)


def _international_text(data: bytes) -> Iterator[tuple[str, str]]:
    key, _, rest = data.partition(b"\0")
    packed = rest[:1] == b"\1"
    _language, _, rest = rest[2:].partition(b"\0")
    _translated, _, text = rest.partition(b"\0")
    unpacked = _unpack(text) if packed else text
    if unpacked is not None:
        yield key.decode("latin-1"), unpacked.decode(errors="replace")


def _unpack(data: bytes) -> bytes | None:
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(data, MOST_BYTES)
    except zlib.error:
        return None
    return None if unpacking.unconsumed_tail else unpacked


def _utf8_or_latin(text: bytes) -> str:
    # The standard says Latin-1; Stability Matrix and others write UTF-8 there all the same.
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


_PNG_READERS = {
    b"tEXt": _plain_text,
    b"zTXt": _packed_text,
    b"iTXt": _international_text,
    b"eXIf": exif_texts,
}


def _jpeg(content: bytes) -> Iterator[tuple[str, str]]:
    position = 2
    for _ in range(_MOST_CHUNKS):
        if position + 4 > len(content):
            return
        marker, kind, length = struct.unpack_from(">BBH", content, position)
        if marker != 0xFF or kind == 0xDA or length < 2:  # 0xDA: the scan, where pixels begin
            return
        data = content[position + 4 : position + 2 + length]
        if kind == 0xE1 and data.startswith(b"Exif\0\0"):
            yield from exif_texts(data[6:])
        elif kind == 0xFE:
            yield "comment", _utf8_or_latin(data)
        position += 2 + length


def _webp(content: bytes) -> Iterator[tuple[str, str]]:
    position = 12
    for _ in range(_MOST_CHUNKS):
        if position + 8 > len(content):
            return
        kind, length = struct.unpack_from("<4sI", content, position)
        if kind == b"EXIF" and length <= MOST_BYTES:
            yield from exif_texts(content[position + 8 : position + 8 + length].removeprefix(b"Exif\0\0"))
        position += 8 + length + length % 2
