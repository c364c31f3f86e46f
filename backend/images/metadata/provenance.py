"""What a provider's file says of its origin, taken out of a copy of it without touching a pixel.

A C2PA manifest binds to the very bytes that it came in: in a file that gets its request inside it would accuse the
picture of having been tampered with. It stays whole in the provider's own file, which is kept beside. Where manifests
lie: C2PA specification 2.1, annex A.3 (PNG: `caBX`; JPEG: JUMBF in APP11; RIFF: `C2PA`).
"""

import struct
from collections.abc import Callable, Iterator

XMP_KEYWORD = b"XML:com.adobe.xmp\0"
XMP_SEGMENTS = (b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0")
_Part = tuple[int, int, bool, bool]
"""Where a chunk or segment begins and ends in the file, and whether it is XMP, or of a manifest."""


def without_manifest(content: bytes, image_format: str) -> bytes:
    """Return the file without its C2PA manifest."""
    return _without(content, image_format, lambda part: part[3])


def without_xmp(content: bytes, image_format: str) -> bytes:
    """Return the file without XMP packets."""
    return _without(content, image_format, lambda part: part[2])


def _without(content: bytes, image_format: str, unwanted: Callable[[_Part], bool]) -> bytes:
    parts = {"png": _png, "jpeg": _jpeg, "webp": _webp}[image_format]
    kept, position = [], 0
    for part in filter(unwanted, parts(content)):
        kept.append(content[position : part[0]])
        position = part[1]
    if not kept:
        return content
    cut = b"".join((*kept, content[position:]))
    return cut[:4] + struct.pack("<I", len(cut) - 8) + cut[8:] if image_format == "webp" else cut


def _png(content: bytes) -> Iterator[_Part]:
    position = 8
    while position + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, position)
        end = position + 12 + length
        yield position, end, kind == b"iTXt" and content.startswith(XMP_KEYWORD, position + 8), kind == b"caBX"
        position = end


def _jpeg(content: bytes) -> Iterator[_Part]:
    position = 2
    while position + 4 <= len(content):
        mark, kind, length = struct.unpack_from(">BBH", content, position)
        if mark != 0xFF or kind == 0xDA or length < 2:  # 0xDA: the scan, where pixels begin
            return
        end = position + 2 + length
        xmp = kind == 0xE1 and content.startswith(XMP_SEGMENTS, position + 4)
        yield position, end, xmp, kind == 0xEB and is_jumbf(content[position + 4 : position + 20])
        position = end


def is_jumbf(segment: bytes) -> bool:
    """Whether what an APP11 segment holds (ISO 18477-3: `JP`, instance, number, box) is of a JUMBF box."""
    return segment.startswith(b"JP") and segment[12:16] == b"jumb"


def _webp(content: bytes) -> Iterator[_Part]:
    position = 12
    while position + 8 <= len(content):
        kind, length = struct.unpack_from("<4sI", content, position)
        end = position + 8 + length + length % 2
        yield position, end, kind == b"XMP ", kind == b"C2PA"
        position = end
