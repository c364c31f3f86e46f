"""Easy Diffusion: one text a field in a PNG, the same names as one object in a JPEG or WebP."""

from collections.abc import Mapping
from typing import Any

from backend.restore.found import Found
from backend.restore.tools.flat_json import flat_values, take_scheduler, text_of

_NAMES = {
    "prompt": "prompt",
    "negative_prompt": "negative_prompt",
    "seed": "seed",
    "num_inference_steps": "steps",
    "guidance_scale": "guidance",
    "width": "width",
    "height": "height",
}
_MARK = "use_stable_diffusion_model"
_TOOL = {_MARK, "sampler_name", "scheduler_name", "use_vae_model", "use_text_encoder_model", "prompt_strength"}
"""Easy Diffusion's `TASK_TEXT_MAPPING` (`ui/media/js/dnd.js`) and sdkit's metadata."""


def read_easy_diffusion(values: Any) -> Found | None:
    """Read Easy Diffusion's fields; a prompt strength says that it drew over a picture."""
    if not isinstance(values, Mapping) or _MARK not in values:
        return None
    fields = {name: value for name, value in values.items() if name not in ("parameters", "Software")}
    found = flat_values("Easy Diffusion", fields, _NAMES, _TOOL)
    found.model = text_of(values.get(_MARK))
    take_scheduler(found, values.get("sampler_name"), values.get("scheduler_name"))
    if values.get("prompt_strength") not in (None, "", "None"):
        found.values |= {"mode": "image_to_image", "strength": values["prompt_strength"]}
    return found
