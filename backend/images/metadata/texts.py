"""The texts in a PNG, JPEG, WebP or AVIF file, found without decoding a pixel and within fixed bounds.

PNG: tEXt, zTXt, iTXt and eXIf chunks. JPEG: APP1 (EXIF, XMP) and COM segments. WebP: the EXIF and XMP chunks. AVIF: the
EXIF and XMP items. Broken parts are passed over: half a file may still hold its settings.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress

from backend.images.metadata.boxes import avif_parts, is_avif
from backend.images.metadata.bulk import MOST_RAW, MOST_TEXT, without_pictures
from backend.images.metadata.exif import exif_texts
from backend.images.metadata.provenance import XMP_SEGMENTS, is_jumbf

MOST_BYTES = MOST_TEXT
MOST_TEXTS = 64
MOST_IN_ALL = 2**20
XMP = "XML:com.adobe.xmp"
"""The keyword of an XMP packet: the one that PNG gives it, in every format."""
_MOST_CHUNKS = 30_000
"""Of 30 MB in pieces of 8 KB, as libpng writes pixels, there are 4,000."""
_MANIFEST = b"caBX"
"""The part of a C2PA manifest: PNG's name of it, for every format."""
_TIFF = (b"eXIf", b"EXIF", b"APP1")
"""The parts whose texts lie at offsets of their own, so that nothing may be cut out of them."""
_RAW_PROFILE = b"Raw profile type exif\0"


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


def exif_blocks(content: bytes) -> Iterator[bytes]:
    """Yield the EXIF blocks of a file as TIFF, whatever their size; also one that ImageMagick keeps in a PNG text."""
    for kind, data in _parts(content):
        if kind in _TIFF:
            yield data.removeprefix(b"Exif\0\0")
        elif kind in (b"tEXt", b"zTXt", b"iTXt") and data.startswith(_RAW_PROFILE):
            for _, text in _READERS[kind](data):
                with suppress(ValueError):
                    yield bytes.fromhex("".join(text.split("\n")[3:])).removeprefix(b"Exif\0\0")


def has_manifest(content: bytes) -> bool:
    """Whether a C2PA manifest lies in the file; what it says isn't looked at."""
    return any(kind == _MANIFEST for kind, _ in _parts(content))


def _texts(content: bytes) -> Iterator[tuple[str, str]]:
    left = MOST_RAW
    for kind, data in _parts(content):
        if kind not in _READERS:
            continue
        left -= len(data)
        read = data if kind in _TIFF and left >= 0 else without_pictures(data) if left >= 0 else None
        yield from _READERS[kind](read) if read is not None else ()


def _parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the file's chunks or segments as kind and data; those with pixels may come without their data."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        yield from _png(content)
    elif content.startswith(b"\xff\xd8"):
        yield from _jpeg(content)
    elif content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        yield from _webp(content)
    elif is_avif(content):
        yield from avif_parts(content)


def _png(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 8
    for _ in range(_MOST_CHUNKS):
        if position + 8 > len(content):
            return
        length, kind = struct.unpack_from(">I4s", content, position)
        yield kind, content[position + 8 : position + 8 + length] if kind in _READERS else b""
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


def _exif_text(data: bytes) -> Iterator[tuple[str, str]]:
    yield from exif_texts(data.removeprefix(b"Exif\0\0"))


def _xmp(data: bytes) -> Iterator[tuple[str, str]]:
    yield XMP, data.removeprefix(XMP_SEGMENTS[0]).decode(errors="replace")


def _remark(data: bytes) -> Iterator[tuple[str, str]]:
    yield "comment", _utf8_or_latin(data)


_READERS = {
    b"tEXt": _plain_text,
    b"zTXt": _packed_text,
    b"iTXt": _international_text,
    b"eXIf": _exif_text,
    b"EXIF": _exif_text,
    b"APP1": _exif_text,
    b"COM": _remark,
    b"XMP ": _xmp,
}


def _jpeg(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 2
    for _ in range(_MOST_CHUNKS):
        if position + 4 > len(content):
            return
        marker, kind, length = struct.unpack_from(">BBH", content, position)
        if marker != 0xFF or kind == 0xDA or length < 2:  # 0xDA: the scan, where pixels begin
            return
        data = content[position + 4 : position + 2 + length]
        if kind == 0xE1 and data.startswith(b"Exif\0\0"):
            yield b"APP1", data
        elif kind == 0xE1 and data.startswith(XMP_SEGMENTS[0]):
            yield b"XMP ", data
        elif kind == 0xEB and is_jumbf(data) and b"c2pa" in data[:64]:
            yield _MANIFEST, b""
        elif kind == 0xFE:
            yield b"COM", data
        position += 2 + length


def _webp(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 12
    for _ in range(_MOST_CHUNKS):
        if position + 8 > len(content):
            return
        kind, length = struct.unpack_from("<4sI", content, position)
        if kind in (b"EXIF", b"XMP "):
            yield kind, content[position + 8 : position + 8 + length]
        elif kind == b"C2PA":
            yield _MANIFEST, b""
        position += 8 + length + length % 2
