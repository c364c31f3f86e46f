"""The tensors of a file as torch computes with them: read one at a time, their scales and blocks undone on the way."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from backend.adapters.local.weights.header import Header, Tensor
from backend.adapters.local.weights.scales import scale_of

if TYPE_CHECKING:
    import torch

_AT_ONCE = 2**24
"""Numbers that are converted in one go: the text encoder's embeddings alone would take 1.6 GB in fp32."""
_BLOCKLESS = {"F32": "float32", "F16": "float16", "BF16": "bfloat16", "F64": "float64"}
"""GGUF's types that are no blocks, as torch calls them."""
Read = Callable[[str, bool], Any]
"""Reads a tensor by its name in the file; the second value says whether it may stay mapped."""


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
    read = _opened(header, files)

    def one(name: str) -> Any:
        scale = scale_of(header, name)
        if scale:
            return _scaled(read(name, False), read(scale.name, False), kind)
        stored = _TORCH.get(header.tensors[name].dtype)
        return read(name, stored == str(kind).removeprefix("torch.")).to(kind)

    return one


_TORCH = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}


def _opened(header: Header, files: ExitStack) -> Read:
    from safetensors import safe_open

    handles: dict[bool, Any] = {}

    def read(name: str, mapped: bool) -> Any:
        if mapped not in handles:
            backend = "mmap" if mapped else "pread"
            handles[mapped] = files.enter_context(safe_open(header.path, "pt", backend=backend))
        return handles[mapped].get_tensor(name)

    return read


def _scaled(weight: Any, scale: Any, kind: "torch.dtype") -> Any:
    import torch

    scale = scale.float().reshape(-1, *(1 for _ in weight.shape[1:]))
    found = torch.empty(weight.shape, dtype=kind)
    rows = max(1, _AT_ONCE // max(1, weight[:1].numel()))
    for begin in range(0, len(weight), rows):
        part = slice(begin, begin + rows)
        found[part] = weight[part].float() * (scale[part] if len(scale) > 1 else scale)
    return found


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
