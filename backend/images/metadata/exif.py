"""The texts of an EXIF block: a small TIFF reader that looks at seven tags and at nothing else.

A general reader copies what every entry points to; a block of 64 KB can point to gigabytes that way.
"""

import struct
from collections.abc import Iterator

from backend.images.metadata.bulk import MOST_RAW, without_pictures

_NAMES = {
    0x010E: "ImageDescription",
    0x010F: "Make",
    0x0110: "Model",
    0x0131: "Software",
    0x927C: "MakerNote",
    0x9286: "UserComment",
}
_EXIF_FOLDER = 0x8769
_FOLDERS = (_EXIF_FOLDER, 0x8825, 0xA005)
"""Tags that point to a folder of their own: Exif, GPS, interoperability."""
_UNIT_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8}
_TEXT_TYPES = (1, 2, 7)  # BYTE, ASCII, UNDEFINED: one byte a unit
_MOST_ENTRIES = 512
_MOST_FOLDERS = 16
_Entry = tuple[int, int, int, bytes]
"""Tag, type, number of units, and the four bytes that hold the value or where it lies."""


def exif_texts(block: bytes) -> Iterator[tuple[str, str]]:
    r"""Yield the texts of the block (TIFF, without `Exif\0\0`) by tag name."""
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 8:
        return
    (first,) = struct.unpack_from(order + "I", block, 4)
    folders = [first]
    for entry in _entries(block, order, first):
        if entry[0] == _EXIF_FOLDER:
            folders += struct.unpack(order + "I", entry[3])
    seen: set[int] = set()
    for folder in folders[:2]:
        for tag, kind, count, inline in _entries(block, order, folder):
            if tag in _NAMES and kind in _TEXT_TYPES and tag not in seen:
                seen.add(tag)
                data = without_pictures(_value(block, order, count, inline))
                yield _NAMES[tag], "" if data is None else _text(tag, data, order)


def claimed_bytes(block: bytes) -> int:
    """Return how many bytes the block's entries point to in all: what a general reader copies.

    In an honest block no two entries share bytes, so that the sum stays below the block's length.
    """
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 8:
        return 0
    (first,) = struct.unpack_from(order + "I", block, 4)
    waiting, claimed = [first], 0
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_FOLDERS:
        folder = waiting.pop()
        if folder == 0 or folder in seen:  # 0 ends the chain
            continue
        seen.add(folder)
        count = 0
        for tag, kind, units, inline in _entries(block, order, folder, most=0xFFFF):
            count += 1
            size = units * _UNIT_BYTES.get(kind, 0)
            claimed += min(size, len(block)) if size > 4 else 0
            if tag in _FOLDERS:
                waiting += struct.unpack(order + "I", inline)
        behind = folder + 2 + 12 * count
        if folder == first and behind + 4 <= len(block):
            waiting += struct.unpack_from(order + "I", block, behind)
    return claimed


def _entries(block: bytes, order: str, folder: int, *, most: int = _MOST_ENTRIES) -> Iterator[_Entry]:
    if folder + 2 > len(block):
        return
    (count,) = struct.unpack_from(order + "H", block, folder)
    for index in range(min(count, most)):
        position = folder + 2 + 12 * index
        if position + 12 > len(block):
            return
        tag, kind, units = struct.unpack_from(order + "HHI", block, position)
        yield tag, kind, units, block[position + 8 : position + 12]


def _value(block: bytes, order: str, count: int, inline: bytes) -> bytes:
    if count <= 4:
        return inline[:count]
    (offset,) = struct.unpack(order + "I", inline)
    return block[offset : offset + min(count, MOST_RAW + 1)]


def _text(tag: int, data: bytes, order: str) -> str:
    if tag == 0x9286 and data[:8] in (b"UNICODE\0", b"ASCII\0\0\0", b"\0" * 8):
        return _comment(data[8:], order) if data.startswith(b"UNICODE") else _bytes(data[8:])
    return _bytes(data)


def _comment(data: bytes, order: str) -> str:
    """Decode UTF-16 of either order: the standard leaves it open, A1111 writes big-endian and SwarmUI little-endian."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace").rstrip("\0")
    high, low = data[0:2000:2].count(0), data[1:2000:2].count(0)
    if high == low:
        # No Latin letter tells: of Chinese text, the reading with fewer strange signs is the right one.
        high, low = (-_strange(data[:2000].decode(name, errors="replace")) for name in ("utf-16-be", "utf-16-le"))
    if high == low:
        high = order == ">"
    return data.decode("utf-16-be" if high > low else "utf-16-le", errors="replace").rstrip("\0")


def _strange(text: str) -> int:
    return sum(not sign.isalnum() and not sign.isspace() and not 0x20 < ord(sign) < 0x7F for sign in text)


def _bytes(data: bytes) -> str:
    data = data.rstrip(b"\0")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
