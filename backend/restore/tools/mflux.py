"""mflux (MLX on Macs): an object in EXIF's UserComment of every file."""

from typing import Any

from backend.restore.found import Found
from backend.restore.tools.flat_json import flat_values, text_of

_NAMES = {
    "prompt": "prompt",
    "negative_prompt": "negative_prompt",
    "seed": "seed",
    "steps": "steps",
    "guidance": "guidance",
    "width": "width",
    "height": "height",
}
_TOOL = {
    *("mflux_version", "model", "model_path", "base_model", "precision", "quantize", "generation_time_seconds"),
    *("created_at", "lora_paths", "lora_scales", "image_path", "image_strength"),
}
"""As mflux 0.18 names them (`post_processing/generated_image.py`)."""


def read_mflux(values: Any) -> Found | None:
    """Read mflux' object.

    Its `image_strength` is how much of the picture stays (README.md, "Image-to-Image"), ours how much is drawn anew.
    """
    if not isinstance(values, dict) or "mflux_version" not in values:
        return None
    found = flat_values("mflux", values, _NAMES, _TOOL)
    found.model = text_of(values.get("model")) or text_of(values.get("base_model"))
    found.is_z_image = "z-image" in str(values.get("base_model"))
    kept = values.get("image_strength")
    if values.get("image_path") and isinstance(kept, int | float):
        found.values |= {"mode": "image_to_image", "strength": round(1 - kept, 4)}
    paths, scales = (value if isinstance(value, list) else [] for value in _loras(values))
    for place, path in enumerate(paths):
        found.take_lora(path, scales[place] if place < len(scales) else None)
    return found


def _loras(values: dict[str, Any]) -> tuple[Any, Any]:
    return values.get("lora_paths"), values.get("lora_scales")
