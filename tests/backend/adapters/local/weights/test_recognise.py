"""What a file is, by its tensors."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from backend.adapters.local.machine.checkpoint import EMBEDDED
from backend.adapters.local.weights.reading import read_header
from backend.adapters.local.weights.recognise import Recognised, recognise
from tests.backend.adapters.local.weights.files import entries, named, write
from tools.gpu_table.gguf_file import _renamed

Z = (
    "cap_embedder.1.weight",
    "noise_refiner.0.adaLN_modulation.0.weight",
    "layers.0.adaLN_modulation.0.weight",
    "x_embedder.weight",
    "layers.0.attention.qkv.weight",
)
QWEN = (
    "model.layers.0.self_attn.q_norm.weight",
    "model.layers.0.mlp.gate_proj.weight",
    "model.embed_tokens.weight",
)
VAE = ("decoder.conv_in.weight", "decoder.up.0.block.0.conv1.weight", "encoder.conv_in.weight")


def seen(path: Path) -> Recognised:
    return recognise(read_header(path))


def test_the_embedded_models_parts_are_known() -> None:
    found = {
        part: seen(next((EMBEDDED / part).glob("*.safetensors")))
        for part in ("transformer", "text_encoder", "vae", "controlnet")
    }
    assert {part: (each.role, each.architecture, each.layout) for part, each in found.items()} == {
        "transformer": ("transformer", "z-image", "diffusers"),
        "text_encoder": ("text_encoder", "qwen3", "transformers"),
        "vae": ("vae", "flux-vae", "diffusers"),
        "controlnet": ("controlnet", "z-image", "diffusers"),
    }


@pytest.mark.parametrize("prefix", ["", "model.diffusion_model.", "diffusion_model."])
def test_a_transformer_in_comfyuis_names_is_known_under_each_prefix(tmp_path: Path, prefix: str) -> None:
    found = seen(named(tmp_path / "z.safetensors", *Z, prefix=prefix))
    assert (found.role, found.architecture, found.layout) == ("transformer", "z-image", "comfyui")
    assert (found.precision, dict(found.parts)) == ("bf16", {"transformer": prefix})


def test_the_embedded_transformer_renamed_is_known(tmp_path: Path) -> None:
    weights = load_file(EMBEDDED / "transformer" / "diffusion_pytorch_model.safetensors")
    save_file({name: each.contiguous() for name, each in _renamed(weights).items()}, tmp_path / "z.safetensors")
    assert seen(tmp_path / "z.safetensors").layout == "comfyui"


def test_a_checkpoint_with_all_inside_says_where_each_part_begins(tmp_path: Path) -> None:
    prefixes = {
        "transformer": "model.diffusion_model.",
        "text_encoder": "text_encoders.qwen3_4b.transformer.",
        "vae": "vae.",
    }
    shapes = {
        prefix + name: (2, 2) for prefix, names in zip(prefixes.values(), (Z, QWEN, VAE), strict=True) for name in names
    }
    found = seen(write(tmp_path / "all.safetensors", entries(shapes)))
    assert (found.role, found.architecture) == ("checkpoint", "z-image")
    assert dict(found.parts) == prefixes


def test_lumina_2_isnt_taken_for_z_image(tmp_path: Path) -> None:
    names = ("cap_embedder.1.weight", "layers.0.adaLN_modulation.1.weight", "x_embedder.weight")
    assert seen(named(tmp_path / "l.safetensors", *names)).architecture == "lumina2"


@pytest.mark.parametrize(
    ("suffix", "dtype", "precision"),
    [("scale_weight", "F8_E4M3", "fp8 scaled"), ("weight_scale", "F8_E4M3", "fp8 scaled"), ("bias", "F8_E4M3", "fp8")],
)
def test_fp8_says_whether_it_has_scales(tmp_path: Path, suffix: str, dtype: str, precision: str) -> None:
    header = entries(dict.fromkeys(Z, (64, 64)), dtype)
    end = max(entry["data_offsets"][1] for entry in header.values())
    header[f"layers.0.attention.qkv.{suffix}"] = {"dtype": "F32", "shape": [], "data_offsets": [end, end + 4]}
    assert seen(write(tmp_path / "z.safetensors", header)).precision == precision


@pytest.mark.parametrize(
    ("name", "architecture", "layout"),
    [
        ("transformer.layers.0.attention.to_q.lora_A.weight", "z-image", "diffusers"),
        ("diffusion_model.layers.0.attention.qkv.lora_A.weight", "z-image", "comfyui"),
        ("lora_unet_layers_0_attention_to_q.lora_down.weight", "z-image", "kohya"),
        ("lora_unet__layers_0_attention_to_q.lora_down.weight", "z-image", "videox-fun"),
        ("lycoris_layers_0_attention_to_q.lokr_w1", "z-image", "lycoris"),
        ("base_model.model.layers.0.attention.to_q.hada_w1_a", "z-image", "peft"),
        ("lora_unet_down_blocks_0_attn.lora_down.weight", "Stable Diffusion", "kohya"),
        ("diffusion_model.double_blocks.0.img_attn.qkv.lora_A.weight", "FLUX", "comfyui"),
    ],
)
def test_a_lora_says_for_what_and_in_whose_names(tmp_path: Path, name: str, architecture: str, layout: str) -> None:
    found = seen(named(tmp_path / "l.safetensors", name))
    assert (found.role, found.architecture, found.layout) == ("lora", architecture, layout)


@pytest.mark.parametrize(
    ("names", "role", "architecture"),
    [
        (QWEN, "text_encoder", "qwen3"),
        (VAE, "vae", "flux-vae"),
        ((*VAE, "quant_conv.weight", "post_quant_conv.weight"), "vae", "sd-vae"),
        (("control_all_x_embedder.2-1.weight", "control_layers.0.attention.to_q.weight"), "controlnet", "z-image"),
        (("conv_first.weight", "body.0.rdb1.conv1.weight"), "upscaler", ""),
        (("double_blocks.0.img_attn.qkv.weight",), "transformer", "flux"),
        (("text_model.encoder.layers.0.self_attn.q_proj.weight",), "text_encoder", "clip"),
        (("something",), "unknown", ""),
    ],
)
def test_other_files_are_told_apart(tmp_path: Path, names: tuple[str, ...], role: str, architecture: str) -> None:
    found = seen(named(tmp_path / "x.safetensors", *names))
    assert (found.role, found.architecture) == (role, architecture)


def test_the_numbers_of_torch_have_the_names_of_the_format(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(4, dtype=torch.float8_e4m3fn)}, tmp_path / "f.safetensors")
    assert read_header(tmp_path / "f.safetensors").tensors["a"].dtype == "F8_E4M3"
