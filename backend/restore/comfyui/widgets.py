"""The widgets of a node on the canvas: values by place, as the frontend keeps them, given their names."""

from collections.abc import Mapping, Sequence
from typing import Any

_NAMES: Mapping[str, tuple[str, ...]] = {
    "KSampler": ("seed", "", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "KSamplerAdvanced": ("add_noise", "noise_seed", "", "steps", "cfg", "sampler_name", "scheduler"),
    "SamplerCustom": ("add_noise", "noise_seed", "", "cfg"),
    "CLIPTextEncode": ("text",),
    "EmptyLatentImage": ("width", "height", "batch_size"),
    "EmptySD3LatentImage": ("width", "height", "batch_size"),
    "EmptyFlux2LatentImage": ("width", "height", "batch_size"),
    "ModelSamplingAuraFlow": ("shift",),
    "UNETLoader": ("unet_name",),
    "UnetLoaderGGUF": ("unet_name",),
    "CheckpointLoaderSimple": ("ckpt_name",),
    "CLIPLoader": ("clip_name", "type"),
    "LoraLoaderModelOnly": ("lora_name", "strength_model"),
    "LoraLoader": ("lora_name", "strength_model"),
    "ControlNetApplyAdvanced": ("strength", "start_percent", "end_percent"),
    "ZImageFunControlnet": ("strength",),
    "QwenImageDiffsynthControlnet": ("strength",),
    "RandomNoise": ("noise_seed",),
    "BasicScheduler": ("scheduler", "steps", "denoise"),
    "KSamplerSelect": ("sampler_name",),
    "CFGGuider": ("cfg",),
    "PrimitiveString": ("value",),
    "PrimitiveStringMultiline": ("value",),
    "PrimitiveInt": ("value",),
    "PrimitiveFloat": ("value",),
    "PrimitiveBoolean": ("value",),
    "PrimitiveNode": ("value",),
    "StringConcatenate": ("string_a", "string_b", "delimiter"),
    "ComfySwitchNode": ("switch",),
    "ResolutionSelector": ("aspect_ratio", "megapixels", "multiple"),
    "ImageScaleBy": ("upscale_method", "scale_by"),
    "LatentUpscaleBy": ("upscale_method", "scale_by"),
}
"""By ComfyUI's node definitions (`nodes.py`, `comfy_extras/`), in their order; "" is what isn't read. Behind a seed
stands what is done with it after a run (`control_after_generate`)."""
_AFTER = ("fixed", "increment", "decrement", "randomize")


def widgets_of(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a node's widgets by name; those that nobody names together, as an object."""
    values = node.get("widgets_values")
    if isinstance(values, dict):
        return dict(values)
    if not isinstance(values, list):
        return {}
    names = _NAMES.get(str(node.get("type"))) or _listed(node, values)
    if values and not names:
        # In an object, since a list of two may be a link; a loader's rows are known by their own names.
        return {"widgets_values": {"__value__": values}}
    return {name: value for name, value in zip(names, values, strict=False) if name and value is not None}


def _listed(node: Mapping[str, Any], values: Sequence[Any]) -> list[str]:
    """Return the names that the node's own inputs give its widgets; frontends since 1.16 list every one of them."""
    names: list[str] = []
    for name in named_widgets(node):
        names.append(name)
        if name in ("seed", "noise_seed") and len(values) > len(names) and values[len(names)] in _AFTER:
            names.append("")
    return names if len(names) >= len(values) else []


def named_widgets(node: Mapping[str, Any]) -> list[str]:
    """Return the names of the inputs that are widgets."""
    inputs = node.get("inputs")
    entries = [entry for entry in inputs if isinstance(entry, dict)] if isinstance(inputs, list) else []
    return [entry["name"] for entry in entries if entry.get("widget") and isinstance(entry.get("name"), str)]
