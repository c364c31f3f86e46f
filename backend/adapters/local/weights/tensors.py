"""The tensors of a file as torch computes with them: read one at a time, their scales and blocks undone on the way."""

import math
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.adapters.local.weights.header import BadFile, Header, Tensor
from backend.adapters.local.weights.scales import scale_of

if TYPE_CHECKING:
    import torch

_AT_ONCE = 2**20
"""Numbers that are converted in one go: pieces of 4 MB leave no holes between the tensors that stay."""
_BLOCKLESS = {"F32": "float32", "F16": "float16", "BF16": "bfloat16", "F64": "float64"}
"""GGUF's types that are no blocks, as torch calls them."""


def read_tensors(
    header: Header, names: Mapping[str, str], kind: "torch.dtype", packed: frozenset[str] = frozenset()
) -> dict[str, "torch.Tensor"]:
    """Return the tensors `names` (in the file: as they shall be called) in `kind`, on the CPU.

    Scales are multiplied in, blocks of GGUF unpacked, but for the names in `packed`, which stay blocks that diffusers
    unpacks at each step. What is stored as it is computed isn't copied: it lies in the mapped file until it is moved.
    Everything else is read without mapping it, so that nothing lies in memory twice.
    """
    with ExitStack() as files:
        one = _blocks(header, files, kind, packed) if header.form == "gguf" else _numbers(header, files, kind)
        return {name: one(stored) for stored, name in names.items()}


def unpackable(dtype: str) -> bool:
    """Return whether a type of GGUF can be computed with."""
    import gguf
    from diffusers.quantizers.gguf.utils import dequantize_functions

    return dtype in _BLOCKLESS or gguf.GGMLQuantizationType[dtype] in dequantize_functions


def _numbers(header: Header, files: ExitStack, kind: "torch.dtype") -> Callable[[str], Any]:
    from safetensors import safe_open

    mapped = cache(lambda: files.enter_context(safe_open(header.path, "pt")))
    converter = _Converter(files.enter_context(header.path.open("rb", buffering=0)))

    def one(name: str) -> Any:
        entry, scale = header.tensors[name], scale_of(header, name)
        if scale is None and (not entry.shape or f"torch.{_TORCH.get(entry.dtype)}" == str(kind)):
            return mapped().get_tensor(name).to(kind)
        return converter.read(entry, kind, mapped().get_tensor(scale.name).float() if scale else None)

    return one


_TORCH = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
}


class _Converter:
    """Reads tensors of a file in another type, through two buffers that stay.

    Whatever is freed between two tensors leaves a hole that glibc doesn't fill again: 0.3 GB of a gigabyte, measured.
    """

    def __init__(self, file: Any) -> None:
        import numpy as np
        import torch

        self._file = file
        self._read, self._exact = np.empty(4 * _AT_ONCE, np.uint8), torch.empty(_AT_ONCE)

    def read(self, entry: Tensor, kind: "torch.dtype", scale: Any) -> Any:
        """Return a tensor in `kind`, multiplied by `scale` in fp32: one number, one of each row, or None."""
        import torch

        stored, width = getattr(torch, _TORCH[entry.dtype]), math.prod(entry.shape[1:])
        found = torch.empty(entry.shape, dtype=kind)
        self._file.seek(entry.begin)
        rows = max(1, _AT_ONCE * 4 // max(4, stored.itemsize) // max(1, width))
        scales = scale.reshape(-1, *(1 for _ in entry.shape[1:])) if scale is not None else None
        for begin in range(0, entry.shape[0], rows):
            part = found[begin : begin + rows]
            numbers = self._next(part.numel() * stored.itemsize).view(stored).reshape(part.shape)
            if scales is not None:
                exact = self._exact[: part.numel()].reshape(part.shape).copy_(numbers)
                numbers = exact.mul_(scales[begin : begin + rows] if len(scales) > 1 else scales)
            part.copy_(numbers)
        return found

    def _next(self, count: int) -> Any:
        import torch

        read = self._read[:count]
        if self._file.readinto(read) != count:
            raise BadFile(f"{Path(self._file.name).name} ended while it was read: fetch it again.")
        return torch.from_numpy(read)


def _blocks(header: Header, files: ExitStack, kind: "torch.dtype", packed: frozenset[str]) -> Callable[[str], Any]:
    import gguf
    import numpy as np
    import torch
    from diffusers.quantizers.gguf.utils import GGUFParameter

    file = files.enter_context(header.path.open("rb"))

    def one(name: str) -> Any:
        entry = header.tensors[name]
        file.seek(entry.begin)
        read = torch.from_numpy(np.fromfile(file, np.uint8, entry.bytes))
        if entry.dtype in _BLOCKLESS:
            return read.view(getattr(torch, _BLOCKLESS[entry.dtype])).reshape(entry.shape).to(kind)
        found = GGUFParameter(read.reshape(*entry.shape[:-1], -1), quant_type=gguf.GGMLQuantizationType[entry.dtype])
        return found if name in packed else _unpacked(found, entry, kind)

    return one


def _unpacked(blocks: Any, entry: Tensor, kind: "torch.dtype") -> Any:
    import torch
    from diffusers.quantizers.gguf.utils import dequantize_gguf_tensor

    rows = blocks if len(entry.shape) > 1 else blocks.reshape(1, -1)
    found = torch.empty((len(rows), entry.shape[-1]) if len(entry.shape) <= 2 else entry.shape, dtype=kind)
    step = max(1, _AT_ONCE // max(1, found[:1].numel()))
    for begin in range(0, len(rows), step):
        found[begin : begin + step] = dequantize_gguf_tensor(rows[begin : begin + step]).to(kind)
    return found.reshape(entry.shape)
