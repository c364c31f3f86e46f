"""Files of weights as they are met: headers only, over data of the right length."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SIZES = {"F32": 4, "BF16": 2, "F16": 2, "F8_E4M3": 1, "U8": 1}
Shapes = Mapping[str, tuple[int, ...]]


def entries(shapes: Shapes, dtype: str = "BF16") -> dict[str, Any]:
    """Return a header's entries, the tensors one behind the other."""
    found: dict[str, Any] = {}
    behind = 0
    for name, shape in shapes.items():
        size = SIZES[dtype]
        for side in shape:
            size *= side
        found[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [behind, behind + size]}
        behind += size
    return found


def write(path: Path, header: Any, data: int | None = None) -> Path:
    """Write a .safetensors file with this header, bytes or JSON, over so many zeros."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    if data is None:
        data = max((entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"), default=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(data))
    return path


def named(path: Path, *names: str, dtype: str = "BF16", prefix: str = "") -> Path:
    """Write a .safetensors file with tensors of these names."""
    return write(path, entries({prefix + name: (2, 2) for name in names}, dtype))
