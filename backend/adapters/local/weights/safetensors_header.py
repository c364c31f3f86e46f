"""The header of a .safetensors file: 8 bytes little-endian length, then that much JSON, then the tensors without a gap.

Source: https://huggingface.co/docs/safetensors. The library itself (0.8) maps the whole file and takes up to 100 MB of
header; a scan of a folder needs the header alone, and a visitor a sentence.
"""

import json
import math
import struct
from pathlib import Path
from typing import Any

from backend.adapters.local.weights.header import (
    MOST_DIMENSIONS,
    MOST_TENSORS,
    BadFile,
    Header,
    Tensor,
    check_name,
    check_places,
)

MOST_HEADER = 8 * 2**20
"""Bytes. A tensor takes about 100 of them; what trainers note about their images may take some MB more."""
BITS = {
    "BOOL": 8,
    "U8": 8,
    "I8": 8,
    "F8_E5M2": 8,
    "F8_E4M3": 8,
    "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8,
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "I16": 16,
    "U16": 16,
    "F16": 16,
    "BF16": 16,
    "I32": 32,
    "U32": 32,
    "F32": 32,
    "I64": 64,
    "U64": 64,
    "F64": 64,
    "C64": 64,
}
"""Of a number, by the format's own name of its type (safetensors 0.8, `Dtype`)."""


def read_safetensors(path: Path) -> Header:
    """Return what a .safetensors file holds; raise `BadFile` with a sentence for one that can't be trusted."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == len("<length>") else 0
        if not 1 < length <= size - 8:
            raise BadFile(f"{path.name} is no .safetensors file, or only its beginning: it has no header.")
        if length > MOST_HEADER:
            raise BadFile(
                f"{path.name} has a header of {length / 1e6:.0f} MB, which no model needs: don't use this file."
            )
        entries = _parsed(path, file.read(length))
    metadata = entries.pop("__metadata__", None) or {}
    data = 8 + length
    tensors = {name: _tensor(path, name, entry, data) for name, entry in entries.items()}
    check_places(path, tensors, size)
    _check_whole(path, tensors, data, size)
    if not isinstance(metadata, dict):
        raise BadFile(f"{path.name} is broken: its metadata is no list of texts. Fetch it again.")
    return Header(path, "safetensors", tensors, {key: str(value) for key, value in metadata.items()})


def _parsed(path: Path, text: bytes) -> dict[str, Any]:
    try:
        entries = json.loads(text) if text.count(b'"data_offsets"') <= MOST_TENSORS else None
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{path.name} is broken: its header can't be read. Fetch it again.") from error
    if not isinstance(entries, dict):
        raise BadFile(f"{path.name} is broken: its header is no list of tensors. Fetch it again.")
    return entries


def _tensor(path: Path, name: str, entry: Any, data: int) -> Tensor:
    check_name(path, name)
    try:
        dtype, shape, (begin, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
        numbers = (*shape, begin, end)
        sound = all(type(number) is int and number >= 0 for number in numbers) and len(shape) <= MOST_DIMENSIONS
        bits = BITS.get(dtype)
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(path, name) from error
    if not sound:
        raise _broken(path, name)
    if bits is None:
        raise BadFile(f"{path.name} holds numbers of the type {str(dtype)[:40]!r}, which the playground doesn't know.")
    if math.prod(shape) * bits != 8 * (end - begin):
        raise _broken(path, name)
    return Tensor(dtype, tuple(shape), data + begin, data + end)


def _broken(path: Path, name: str) -> BadFile:
    return BadFile(f"{path.name} is broken: what it says of {name} can't be true. Fetch it again.")


def _check_whole(path: Path, tensors: dict[str, Tensor], data: int, size: int) -> None:
    """Raise `BadFile` where bytes belong to no tensor, as the format's own library does."""
    end = max((tensor.end for tensor in tensors.values()), default=data)
    if end < size:
        raise BadFile(
            f"{path.name} has {size - end:,} bytes behind its last tensor, which belong to nothing: fetch it again, or "
            "have the program that wrote it write it again."
        )
    if sum(tensor.bytes for tensor in tensors.values()) < size - data:
        raise BadFile(f"{path.name} has bytes between its tensors that belong to nothing: fetch it again.")
