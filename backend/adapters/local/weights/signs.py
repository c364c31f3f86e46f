"""By which tensors a model is known: facts about the files of this field, and about the code that reads them.

Sources: diffusers 0.42.1 (`loaders/single_file_utils.py`), ComfyUI (`comfy/model_detection.py`,
`comfy/supported_models.py`), llama.cpp (`gguf-py/gguf/constants.py`), https://huggingface.co/Comfy-Org/z_image_turbo.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from backend.adapters.local.weights.header import Tensor

Part = Literal["transformer", "text_encoder", "vae"]
PREFIXES: Mapping[Part, tuple[str, ...]] = {
    "transformer": ("", "model.diffusion_model.", "diffusion_model.", "transformer."),
    "text_encoder": (
        "",
        "text_encoders.qwen3_4b.transformer.",
        "qwen3_4b.transformer.",
        "text_encoders.qwen3_4b.",
        "text_encoder.",
        "cond_stage_model.transformer.",
    ),
    "vae": ("", "vae.", "first_stage_model."),
}
"""Beginnings of names, as ComfyUI, Forge and older checkpoints put the parts of a model into one file."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """A kind of model in somebody's names: known by tensors that it has, all of them, and by some that it hasn't."""

    part: Part
    architecture: str
    layout: str
    has: tuple[str, ...]
    lacks: tuple[str, ...] = ()

    def fits(self, tensors: Mapping[str, Tensor], prefix: str) -> bool:
        """Return whether a file's tensors that begin with `prefix` are such a model."""
        return all(prefix + sign in tensors for sign in self.has) and not any(
            prefix + sign in tensors for sign in self.lacks
        )


_Z = ("cap_embedder.1.weight", "noise_refiner.0.adaLN_modulation.0.weight", "layers.0.adaLN_modulation.0.weight")
_QWEN = ("layers.0.self_attn.q_norm.weight", "layers.0.mlp.gate_proj.weight", "embed_tokens.weight")
ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture("transformer", "z-image", "comfyui", (*_Z, "x_embedder.weight")),
    Architecture("transformer", "z-image", "diffusers", (*_Z, "all_x_embedder.2-1.weight")),
    Architecture("transformer", "lumina2", "comfyui", ("cap_embedder.1.weight", "layers.0.adaLN_modulation.1.weight")),
    Architecture("transformer", "flux", "comfyui", ("double_blocks.0.img_attn.norm.key_norm.scale",)),
    Architecture("transformer", "flux", "comfyui", ("double_blocks.0.img_attn.qkv.weight",)),
    Architecture("transformer", "flux", "diffusers", ("single_transformer_blocks.0.attn.to_q.weight",)),
    Architecture(
        "transformer", "qwen-image", "diffusers", ("transformer_blocks.0.attn.add_q_proj.weight", "txt_in.weight")
    ),
    Architecture("transformer", "sd3", "comfyui", ("joint_blocks.0.context_block.attn.qkv.weight",)),
    Architecture("transformer", "wan", "comfyui", ("blocks.0.cross_attn.norm_q.weight",)),
    Architecture("transformer", "sdxl", "ldm", ("input_blocks.0.0.weight", "label_emb.0.0.weight")),
    Architecture("transformer", "sd1", "ldm", ("input_blocks.0.0.weight",)),
    Architecture("text_encoder", "qwen3", "transformers", tuple(f"model.{name}" for name in _QWEN)),
    Architecture("text_encoder", "qwen3", "transformers", _QWEN),
    Architecture("text_encoder", "qwen3", "llama.cpp", ("blk.0.attn_q_norm.weight", "token_embd.weight")),
    Architecture("text_encoder", "t5", "transformers", ("encoder.block.0.layer.0.SelfAttention.q.weight",)),
    Architecture("text_encoder", "clip", "transformers", ("text_model.encoder.layers.0.self_attn.q_proj.weight",)),
    Architecture("text_encoder", "another language model", "transformers", ("model.layers.0.self_attn.q_proj.weight",)),
    Architecture("text_encoder", "another language model", "llama.cpp", ("blk.0.attn_q.weight", "token_embd.weight")),
    Architecture(
        "vae",
        "flux-vae",
        "ldm",
        ("decoder.conv_in.weight", "decoder.up.0.block.0.conv1.weight", "encoder.conv_in.weight"),
        ("post_quant_conv.weight", "quant_conv.weight"),
    ),
    Architecture(
        "vae",
        "flux-vae",
        "diffusers",
        ("decoder.conv_in.weight", "decoder.up_blocks.0.resnets.0.conv1.weight", "encoder.conv_in.weight"),
        ("post_quant_conv.weight", "quant_conv.weight"),
    ),
    Architecture("vae", "sd-vae", "ldm", ("decoder.conv_in.weight", "decoder.up.0.block.0.conv1.weight")),
    Architecture(
        "vae", "sd-vae", "diffusers", ("decoder.conv_in.weight", "decoder.up_blocks.0.resnets.0.conv1.weight")
    ),
)
"""Z-Image and Lumina 2 share most names and the architecture `lumina2` in GGUF files; the modulation's place in its
sequence tells them apart. A VAE of 16 channels without quant_conv is FLUX.1's (which Z-Image has) or SD 3's: the shapes
are the same."""

LORA_MARKS = (
    "lora_A",
    "lora_B",
    "lora_down",
    "lora_up",
    "lokr_w",
    "hada_w",
    ".lora.down",
    ".lora.up",
    "oft_blocks",
    ".diff_b",
)
LORA_ARCHITECTURES: Mapping[str, str] = {
    "lora_unet_down_blocks": "Stable Diffusion",
    "lora_unet_input_blocks": "Stable Diffusion",
    "text_model": "Stable Diffusion",
    "unet.": "Stable Diffusion",
    "double_blocks": "FLUX",
    "single_transformer_blocks": "FLUX",
    "transformer_blocks": "another diffusion transformer",
    "noise_refiner": "z-image",
    "context_refiner": "z-image",
    "layers.": "z-image",
    "layers_": "z-image",
    "cap_embedder": "z-image",
    "final_layer": "z-image",
    "x_embedder": "z-image",
}
"""The first that occurs in a tensor's name; what has no sign of its own may be anybody's."""
LORA_LAYOUTS: Mapping[str, str] = {
    "lora_unet__": "videox-fun",
    "lora_unet_": "kohya",
    "lycoris_": "lycoris",
    "base_model.model.": "peft",
    "diffusion_model.": "comfyui",
    "transformer.": "diffusers",
    "lora_A.default": "diffsynth",
    "lora_te": "kohya",
}
UPSCALERS = (
    "conv_first.weight",
    "model.0.weight",
    "body.0.weight",
    "params_ema.conv_first.weight",
    "conv_1.sk.weight",
    "patch_embed.norm.weight",
)
"""ESRGAN by its own and the older names, compact ESRGAN, SPAN, SwinIR."""
