"""A transformer as the GGUF file that its users know: ComfyUI's names, 8 bits a weight."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gguf
import torch

_NAMES = {
    "all_final_layer.2-1.": "final_layer.",
    "all_x_embedder.2-1.": "x_embedder.",
    ".attention.to_out.0.": ".attention.out.",
    ".norm_k.": ".k_norm.",
    ".norm_q.": ".q_norm.",
}
_BLOCK = 32
"""Q8_0 has one scale for so many weights in a row."""


def write_gguf(transformer: Any, path: Path) -> None:
    """Write a `ZImageTransformer2DModel`; matrices in Q8_0, all else in fp32."""
    writer = gguf.GGUFWriter(path, "lumina2")
    packed = gguf.GGMLQuantizationType.Q8_0
    for name, weight in _renamed(transformer.state_dict()).items():
        values = weight.float().cpu().numpy()
        if values.ndim == 2 and values.shape[0] > 1 and values.shape[1] % _BLOCK == 0:
            writer.add_tensor(name, gguf.quants.quantize(values, packed), raw_dtype=packed)
        else:
            writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _renamed(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = {}
    for name, weight in weights.items():
        for ours, theirs in _NAMES.items():
            name = name.replace(ours, theirs)  # noqa: PLW2901
        found[name] = weight
    for first in [name for name in found if name.endswith(".attention.to_q.weight")]:
        attention = first.removesuffix("to_q.weight")
        found[f"{attention}qkv.weight"] = torch.cat([found.pop(f"{attention}to_{part}.weight") for part in "qkv"])
    return found
