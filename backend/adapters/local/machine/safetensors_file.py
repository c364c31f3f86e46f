"""The header of a .safetensors file: names, types and shapes of its tensors, read without torch.

Layout: 8 bytes little-endian length, then that much JSON (https://huggingface.co/docs/safetensors).
"""

import json
import math
import struct
from pathlib import Path
from typing import Any

_MOST_HEADER = 100_000_000
"""Bytes, as safetensors itself has it (`MAX_HEADER_SIZE`)."""


def read_header(path: Path) -> dict[str, dict[str, Any]]:
    """Return `dtype`, `shape` and `data_offsets` by tensor name; raise `ValueError` for a file that is none."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > _MOST_HEADER:
                raise ValueError(f"{path.name} has no header")
            header: dict[str, dict[str, Any]] = json.loads(file.read(length))
    except (OSError, struct.error) as error:
        raise ValueError(f"{path.name} can't be read") from error
    header.pop("__metadata__", None)
    return header


def count_parameters(place: Path) -> int:
    """Return how many numbers a .safetensors file holds, or all those of a folder."""
    files = [place] if place.is_file() else place.glob("*.safetensors")
    return sum(math.prod(tensor["shape"]) for file in files for tensor in read_header(file).values())
