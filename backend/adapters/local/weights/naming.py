"""Tensors under the names that diffusers and transformers have for them; the libraries' own converters do it."""

from functools import partial
from typing import Any

from backend.adapters.local.weights.fitting import Convert


def converter(part: str, layout: str, model: Any) -> Convert:
    """Return what renames a part's tensors from somebody's `layout` (see `Recognised`) for `model`."""
    match part, layout:
        case "transformer", "comfyui":
            return _of_z_image
        case "vae", "ldm":
            return partial(_of_vae, config=dict(model.config))
        case "text_encoder", "llama.cpp":
            return partial(_of_llama_cpp, layers=model.config.num_hidden_layers)
        case "text_encoder", _:
            return _without_model
    return dict


def _of_z_image(tensors: dict[str, Any]) -> dict[str, Any]:
    from diffusers.loaders.single_file_utils import convert_z_image_transformer_checkpoint_to_diffusers

    found: dict[str, Any] = convert_z_image_transformer_checkpoint_to_diffusers(dict(tensors))
    return found


def _of_vae(tensors: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    from diffusers.loaders.single_file_utils import convert_ldm_vae_checkpoint

    found: dict[str, Any] = convert_ldm_vae_checkpoint(dict(tensors), config)
    return found


def _without_model(tensors: dict[str, Any]) -> dict[str, Any]:
    """Take the class's own name off, which `Qwen3Model` hasn't and `Qwen3ForCausalLM`, as it is published, has."""
    return {name.removeprefix("model."): tensor for name, tensor in tensors.items()}


def _of_llama_cpp(tensors: dict[str, Any], layers: int) -> dict[str, Any]:
    """Rename llama.cpp's tensors of Qwen3, whose numbers it takes over as they are.

    transformers (5.23) reads such a file too, but unpacks all of it into fp32 first: 16 GB for a file of 2.5 GB.
    """
    import gguf

    theirs = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN3, layers)
    ours = [*_AROUND, *(f"layers.{layer}.{kind}" for layer in range(layers) for kind in _IN_A_LAYER)]
    names = {theirs.get_name(f"model.{name}") or theirs.get_name(name): name for name in ours}
    stems = ((name.rpartition("."), tensor) for name, tensor in tensors.items())
    return {f"{names.get(stem, stem)}.{end}": tensor for (stem, _, end), tensor in stems}


_AROUND = ("embed_tokens", "norm", "lm_head")
_IN_A_LAYER = (
    "input_layernorm",
    "post_attention_layernorm",
    "self_attn.q_proj",
    "self_attn.k_proj",
    "self_attn.v_proj",
    "self_attn.o_proj",
    "self_attn.q_norm",
    "self_attn.k_norm",
    "mlp.gate_proj",
    "mlp.up_proj",
    "mlp.down_proj",
)
