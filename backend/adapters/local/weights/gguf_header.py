"""The header of a GGUF file: its metadata, and where each tensor lies.

Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3; block sizes as in ggml.h. The
package `gguf` (0.19) takes seconds for a text encoder, whose 151,936 tokens become an object each, believes every
length that a file claims, and isn't there where only providers draw.
"""

import math
import struct
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from backend.adapters.local.weights.header import (
    MOST_DIMENSIONS,
    MOST_TENSORS,
    BadFile,
    Header,
    Many,
    Tensor,
    Value,
    check_name,
    check_places,
)

MAGIC = b"GGUF"
MOST_HEADER = 32 * 2**20
"""Bytes. A text encoder's tokens and merges take 6 MB."""
_MOST_STRINGS = 1_000_000
_MOST_KEPT = 16
"""Numbers of an array that is kept: shapes, not tokens."""
_SCALARS = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<?",
    10: "<Q",
    11: "<q",
    12: "<d",
}
_STRING, _ARRAY = 8, 9
TYPES: dict[int, tuple[str, int, int]] = {
    0: ("F32", 1, 4),
    1: ("F16", 1, 2),
    2: ("Q4_0", 32, 18),
    3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34),
    9: ("Q8_1", 32, 40),
    10: ("Q2_K", 256, 84),
    11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210),
    15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74),
    18: ("IQ3_XXS", 256, 98),
    19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18),
    21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1),
    25: ("I16", 1, 2),
    26: ("I32", 1, 4),
    27: ("I64", 1, 8),
    28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56),
    30: ("BF16", 1, 2),
    34: ("TQ1_0", 256, 54),
    35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17),
}
"""Name, numbers in a block, and bytes of a block."""


def read_gguf(path: Path) -> Header:
    """Return what a GGUF file holds, shapes as torch has them; raise `BadFile` with a sentence for a broken one."""
    size = path.stat().st_size
    with path.open("rb") as file, mmap(file.fileno(), min(size, MOST_HEADER), access=ACCESS_READ) as start:
        return _read(path, _Cursor(path, start), size)


def _read(path: Path, cursor: "_Cursor", size: int) -> Header:
    if cursor.take(4) != MAGIC:
        raise BadFile(f"{path.name} is no GGUF file.")
    version, tensors, pairs = cursor.unpack("<I"), cursor.unpack("<Q"), cursor.unpack("<Q")
    if version not in (2, 3):
        raise BadFile(f"{path.name} is GGUF of version {version}; the playground reads 2 and 3: convert it anew.")
    if tensors > MOST_TENSORS or pairs > MOST_TENSORS:
        raise cursor.broken()
    metadata = dict(cursor.pair() for _ in range(pairs))
    infos = [cursor.tensor() for _ in range(tensors)]
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 0 < alignment <= 2**16:
        raise cursor.broken()
    data = -(-cursor.position // alignment) * alignment
    found = {name: Tensor(kind, shape, data + at, data + at + length) for name, kind, shape, at, length in infos}
    if len(found) < len(infos):
        raise cursor.broken()
    check_places(path, found, size)
    _check_end(path, found, data, size, alignment)
    return Header(path, "gguf", found, metadata)


def _check_end(path: Path, tensors: dict[str, Tensor], data: int, size: int, alignment: int) -> None:
    end = max((tensor.end for tensor in tensors.values()), default=data)
    if size - end >= alignment:
        raise BadFile(
            f"{path.name} has {size - end:,} bytes behind its last tensor, which belong to nothing: fetch it again."
        )


class _Cursor:
    """Reads on through the beginning of a file, never beyond it."""

    def __init__(self, path: Path, text: mmap) -> None:
        self.path, self._text, self.position = path, text, 0

    def broken(self) -> BadFile:
        return BadFile(f"{self.path.name} is broken, or only the beginning of a GGUF file. Fetch it again.")

    def take(self, count: int) -> bytes:
        end = self.position + count
        if end > len(self._text):
            raise self.broken()
        taken = self._text[self.position : end]
        self.position = end
        return taken

    def unpack(self, form: str) -> Any:
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def text(self) -> str:
        return self.take(self.unpack("<Q")).decode("utf-8", "replace")

    def pair(self) -> tuple[str, Value]:
        return self.text(), self._value(self.unpack("<I"))

    def _value(self, kind: int) -> Value:
        if kind == _STRING:
            return self.text()
        if kind == _ARRAY:
            return self._array(self.unpack("<I"), self.unpack("<Q"))
        if kind not in _SCALARS:
            raise self.broken()
        value: int | float | bool = self.unpack(_SCALARS[kind])
        return value

    def _array(self, kind: int, count: int) -> Value:
        if kind == _STRING:
            return self._strings(count)
        if kind not in _SCALARS:
            raise self.broken()
        form = _SCALARS[kind]
        if count <= _MOST_KEPT:
            return tuple(self.unpack(form) for _ in range(count))
        self._skip(count * struct.calcsize(form))
        return Many(count)

    def _strings(self, count: int) -> Many:
        if count > _MOST_STRINGS:
            raise self.broken()
        text, position, last = self._text, self.position, len(self._text) - 8
        length_at = struct.Struct("<Q").unpack_from
        for _ in range(count):
            if position > last:
                raise self.broken()
            position += 8 + length_at(text, position)[0]
        self._skip(position - self.position)
        return Many(count)

    def _skip(self, count: int) -> None:
        self.position += count
        if self.position > len(self._text):
            raise self.broken()

    def tensor(self) -> tuple[str, str, tuple[int, ...], int, int]:
        """Return name, type, shape, offset within the data and length in bytes."""
        name, dimensions = self.text(), self.unpack("<I")
        check_name(self.path, name)
        if dimensions > MOST_DIMENSIONS:
            raise self.broken()
        shape = tuple(self.unpack("<Q") for _ in range(dimensions))[::-1]
        kind, offset = self.unpack("<I"), self.unpack("<Q")
        if kind not in TYPES:
            raise BadFile(f"{self.path.name} holds numbers of GGUF's type {kind}, which the playground doesn't know.")
        label, block, bytes_ = TYPES[kind]
        count = math.prod(shape)
        if count % block:
            raise self.broken()
        return name, label, shape, offset, count // block * bytes_
