"""Spaces of Hugging Face that draw with diffusers: diffusers' own parameter names."""

import re
from collections.abc import Mapping
from typing import Any

from backend.restore.family import is_turbos
from backend.restore.found import Found
from backend.restore.reasons import NINE_STEPS
from backend.restore.tools.flat_json import flat_values, take_scheduler, take_size, text_of

_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})")
_SPACE = {
    "prompt": "prompt",
    "negative_prompt": "negative_prompt",
    "seed": "seed",
    "num_inference_steps": "steps",
    "guidance_scale": "guidance",
    "shift": "shift",
    "flow_shift": "shift",
    "width": "width",
    "height": "height",
}


def read_space(values: Any) -> Found | None:
    """Read what Spaces with diffusers write (the Animagine family): diffusers' own parameter names."""
    if not isinstance(values, dict) or "prompt" not in values:
        return None
    if not {"num_inference_steps", "guidance_scale", "resolution"} & set(values):
        return None
    tool = {"resolution", "sampler", "Model", "model", "Model hash"}
    found = flat_values("Hugging Face Space", values, _SPACE, tool)
    found.model = text_of(values.get("Model") or values.get("model"))
    take_size(found, values.get("resolution"))
    take_scheduler(found, values.get("sampler"), None)
    _count_steps(found, values)
    return found


def _count_steps(found: Found, values: Mapping[str, Any]) -> None:
    """Take over 9 steps as 8, which is what diffusers up to 0.38 made of them.

    There the last of n steps had sigma 0 and was left out (huggingface/diffusers#13730, in 0.39), so that Z-Image's
    README asks for 9 to draw 8.
    """
    version = str(values.get("diffusers_version") or values.get("_diffusers_version") or "")
    numbers = _VERSION.match(version)
    newer = numbers is not None and (int(numbers[1]), int(numbers[2])) >= (0, 39)
    if "WanGP" in str(values.get("type")):  # Draws by itself, and writes the same names.
        return
    if str(found.values.get("steps")) == "9" and _is_z_image(found) and not newer:
        found.values["steps"] = 8
        found.drop("num_inference_steps", 9, NINE_STEPS)


def _is_z_image(found: Found) -> bool:
    without_guidance = str(found.values.get("guidance")) in ("0", "0.0")
    return is_turbos(found) if found.model else without_guidance
