"""EXIF, XMP and size of an AVIF file, out of its boxes and without a decoder.

An AVIF is an ISO base media file (ISO/IEC 14496-12) whose `meta` box lists items: what they are (`iinf`) and where they
lie (`iloc`); EXIF and XMP are such items (ISO/IEC 23008-12, annex A; AV1 Image File Format 1.1).
"""

import struct
from collections.abc import Iterator, Mapping

_MOST_BOXES = 1000
_MOST_ITEMS = 1000
_MOST_BYTES = 2**23
_FULL = 4
"""Bytes of version and flags, before the content of a full box."""
_HOLD = (b"meta", b"iprp", b"ipco")
_C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
"""The `uuid` box that holds a C2PA manifest (C2PA specification 2.2, annex A.5)."""
_BRANDS = (b"avif", b"avis")
Span = tuple[int, int]


def is_avif(content: bytes) -> bool:
    """Whether the file's brands name AVIF."""
    return content[4:8] == b"ftyp" and any(brand in content[8:64] for brand in _BRANDS)


def avif_parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield EXIF (as TIFF) and XMP by their names in a WebP, and a C2PA manifest by its name in a PNG, without data."""
    boxes = list(_boxes(content, 0, len(content)))
    if any(kind == b"uuid" and content.startswith(_C2PA, start) for kind, (start, _) in boxes):
        yield b"caBX", b""
    found = dict(boxes)
    kinds = _kinds(content, found[b"iinf"]) if b"iinf" in found else {}
    for number, data in _items(content, found, kinds):
        if kinds[number] == b"Exif":
            yield b"EXIF", _tiff(data)
        else:
            yield b"XMP ", data


def avif_size(content: bytes) -> tuple[int, int] | None:
    """Return width and height of the first picture (`ispe`), or None."""
    for kind, (start, end) in _boxes(content, 0, len(content)):
        if kind == b"ispe" and end - start >= 12:
            wide, high = struct.unpack_from(">II", content, start + _FULL)
            return wide, high
    return None


def _boxes(content: bytes, start: int, end: int) -> Iterator[tuple[bytes, Span]]:
    """Yield the boxes with what they hold as a span, opening those that hold others."""
    waiting, left = [(start, end)], _MOST_BOXES
    while waiting and left:
        start, end = waiting.pop()
        while start + 8 <= end and left:
            left -= 1
            kind, begins, ends = _box(content, start, end)
            if not begins:
                break
            yield kind, (begins, ends)
            if kind in _HOLD:
                waiting.append((begins + (_FULL if kind == b"meta" else 0), ends))
            start = ends


def _box(content: bytes, start: int, end: int) -> tuple[bytes, int, int]:
    """Return a box' kind, and where what it holds begins and ends; a beginning of 0 where it is broken."""
    length, kind = struct.unpack_from(">I4s", content, start)
    head = 8
    if length == 1 and start + 16 <= end:
        (length,), head = struct.unpack_from(">Q", content, start + 8), 16
    elif length == 0:
        length = end - start
    broken = length < head or start + length > end
    return kind, 0 if broken else start + head, start + length


def _kinds(content: bytes, span: Span) -> dict[int, bytes]:
    """Return the items that hold EXIF or XMP, by their numbers (`iinf` with `infe` of version 2 or 3)."""
    start, end = span
    wide = 4 if content[start : start + 1] != b"\0" else 2
    kinds: dict[int, bytes] = {}
    for kind, (begins, ends) in _boxes(content, start + _FULL + wide, end):
        version = content[begins : begins + 1]
        if kind == b"infe" and version in (b"\2", b"\3"):
            size = 2 if version == b"\2" else 4
            number = int.from_bytes(content[begins + _FULL : begins + _FULL + size])
            item = content[begins + _FULL + size + 2 : ends]
            if item.startswith(b"Exif") or (item.startswith(b"mime") and b"application/rdf+xml" in item[:200]):
                kinds[number] = item[:4]
    return kinds


def _items(content: bytes, found: Mapping[bytes, Span], kinds: Mapping[int, bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the data of the items that are asked for, from the file or from the `idat` box."""
    if b"iloc" not in found or not kinds:
        return
    data, _ = found.get(b"idat", (0, 0))
    for number, inside, spans in _places(content, found[b"iloc"]):
        if number in kinds and sum(length for _, length in spans) <= _MOST_BYTES:
            base = data if inside else 0
            yield number, b"".join(content[base + start : base + start + length] for start, length in spans)


def _places(content: bytes, span: Span) -> Iterator[tuple[int, bool, list[Span]]]:
    """Yield each item's number, whether it lies in `idat`, and its extents (`iloc`, versions 0 to 2)."""
    reader = _Numbers(content, *span)
    version = reader.take(1)
    reader.take(3)
    sizes = reader.take(2)
    offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    count = reader.take(2 if version < 2 else 4)
    for _ in range(min(count, _MOST_ITEMS)):
        number = reader.take(2 if version < 2 else 4)
        inside = bool(version and reader.take(2) & 15 == 1)
        reader.take(2)
        begins = reader.take(base)
        spans = []
        for _ in range(min(reader.take(2), _MOST_ITEMS)):
            if version and index:
                reader.take(index)
            spans.append((begins + reader.take(offset), reader.take(length)))
        if reader.over:
            return
        yield number, inside, spans


class _Numbers:
    """Reads numbers one behind another, up to an end."""

    def __init__(self, content: bytes, start: int, end: int) -> None:
        self.content, self.position, self.end = content, start, end

    @property
    def over(self) -> bool:
        """Whether more was read than there is."""
        return self.position > self.end

    def take(self, size: int) -> int:
        """Return the next number of so many bytes."""
        self.position += size
        return int.from_bytes(self.content[self.position - size : self.position])


def _tiff(data: bytes) -> bytes:
    """Return the TIFF block of an EXIF item: four bytes say how much stands before it."""
    skipped = int.from_bytes(data[:4])
    return data[4 + skipped :].removeprefix(b"Exif\0\0")
