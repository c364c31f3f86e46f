"""The embedded model in other tools' files: ComfyUI's names, one file, split files, fp8 with scales, GGUF."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gguf
import torch
from safetensors.torch import load_file, save_file

from backend.adapters.local.machine.checkpoint import EMBEDDED
from tools.gpu_table.gguf_file import _renamed

Weights = dict[str, torch.Tensor]
Q = gguf.GGMLQuantizationType
SCALES = (".scale_weight", ".weight_scale")
"""What ComfyUI's older and newer files call the scales of a layer's weight."""
FILES = {
    "transformer": EMBEDDED / "transformer" / "diffusion_pytorch_model.safetensors",
    "text_encoder": EMBEDDED / "text_encoder" / "model.safetensors",
    "vae": EMBEDDED / "vae" / "diffusion_pytorch_model.safetensors",
}


def comfyui() -> Weights:
    """Return the embedded transformer under ComfyUI's names, as Comfy-Org's and Civitai's files have them."""
    return {name: each.contiguous() for name, each in _renamed(load_file(FILES["transformer"])).items()}


def encoder() -> Weights:
    """Return the embedded text encoder under the names of `Qwen3ForCausalLM`, as `qwen_3_4b.safetensors` has them."""
    found = load_file(FILES["text_encoder"])
    return {name if name.startswith("model.") else f"model.{name}": each for name, each in found.items()}


def ldm_vae() -> Weights:
    """Return the embedded VAE under the names of FLUX's `ae.safetensors`."""
    found: Weights = {}
    blocks = 4
    for name, each in load_file(FILES["vae"]).items():
        for theirs, ours in _LDM.items():
            name = name.replace(theirs, ours)  # noqa: PLW2901
        for index in range(blocks):
            name = name.replace(f"up_blocks.{index}.", f"up.{blocks - 1 - index}.")  # noqa: PLW2901
        found[name] = each
    return found


_LDM = {
    "down_blocks.": "down.",
    ".resnets.": ".block.",
    "mid_block.block.0.": "mid.block_1.",
    "mid_block.block.1.": "mid.block_2.",
    "downsamplers.0.conv": "downsample.conv",
    "upsamplers.0.conv": "upsample.conv",
    "conv_shortcut": "nin_shortcut",
    "conv_norm_out": "norm_out",
}


def write(path: Path, weights: Mapping[str, torch.Tensor], **metadata: str) -> Path:
    """Write a .safetensors file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: each.contiguous() for name, each in weights.items()}, path, metadata=metadata or None)
    return path


def prefixed(weights: Weights, prefix: str) -> Weights:
    """Return weights whose names begin so."""
    return {prefix + name: each for name, each in weights.items()}


def copied(place: Path, part: str = "", weights: Weights | None = None) -> Path:
    """Return a copy of the embedded model's folder, in which `part` has other weights."""
    shutil.copytree(EMBEDDED, place)
    if weights is not None:
        write(place / FILES[part].relative_to(EMBEDDED), weights, format="pt")
    return place


def fp8(
    weights: Weights,
    suffix: str = "scale_weight",
    wanted: Callable[[str], bool] = lambda _: True,
    *,
    by_row: bool = False,
) -> Weights:
    """Return weights whose matrices are fp8 with the scales beside them, one of each matrix or of each row."""
    found: Weights = {}
    for name, each in weights.items():
        if each.ndim != 2 or len(each) == 1 or not name.endswith("weight") or not wanted(name):
            found[name] = each
            continue
        sizes = each.float().abs()
        scale = (sizes.amax(1, keepdim=True) if by_row else sizes.max()) / torch.finfo(torch.float8_e4m3fn).max
        found[name] = (each.float() / scale).to(torch.float8_e4m3fn)
        found[name.removesuffix("weight") + suffix] = scale
    return found


def write_gguf(
    path: Path, weights: Weights, architecture: str = "lumina2", *, flat: bool = False, pad: Q = Q.F32, rest: Q = Q.F32
) -> Path:
    """Write GGUF as its converters do: matrices in Q8_0, pads (flat: of one dimension) and all else in other types."""
    writer = gguf.GGUFWriter(str(path), architecture)
    for name, each in weights.items():
        values = each.float().numpy()
        kind = Q.Q8_0 if values.ndim == 2 and len(values) > 1 and values.shape[1] % 32 == 0 else rest
        if "pad_token" in name:
            kind, values = pad, values.reshape(-1) if flat else values
        if kind == Q.F32:
            writer.add_tensor(name, values)
        else:
            writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)
    return closed(writer, path)


def write_encoder_gguf(path: Path, config: Mapping[str, Any], tokens: list[str]) -> Path:
    """Write the embedded text encoder as llama.cpp's converter writes Qwen3."""
    writer = gguf.GGUFWriter(str(path), "qwen3")
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_float32("qwen3.rope.freq_base", config["rope_parameters"]["rope_theta"])
    writer.add_token_list(tokens)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN3, config["num_hidden_layers"])
    for name, each in encoder().items():
        theirs = names.get_name(name, try_suffixes=(".weight",))
        writer.add_tensor(theirs, each.float().numpy())
    return closed(writer, path)


def closed(writer: gguf.GGUFWriter, path: Path) -> Path:
    """Write what a writer was told, and return where."""
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
