"""Fooocus and RuinedFooocus."""

from typing import Any

from backend.restore.found import Found
from backend.restore.tools.flat_json import flat_values, take_scheduler, take_size, text_of

_FOOOCUS = {
    "prompt": "prompt",
    "negative_prompt": "negative_prompt",
    "seed": "seed",
    "steps": "steps",
    "guidance_scale": "guidance",
}
_FOOOCUS_TOOL = {
    "base_model",
    "base_model_hash",
    "version",
    "metadata_scheme",
    "full_prompt",
    "full_negative_prompt",
    "vae",
}
_RUINED = {
    "Prompt": "prompt",
    "Negative": "negative_prompt",
    "prompt": "prompt",
    "seed": "seed",
    "steps": "steps",
    "cfg": "guidance",
    "width": "width",
    "height": "height",
}
_RUINED_TOOL = {
    "software",
    "base_model_name",
    "base_model_hash",
    "sampler_name",
    "scheduler",
    "start_step",
    "clip_skip",
}


def read_fooocus(values: Any) -> Found | None:
    """Read Fooocus' own scheme."""
    if not isinstance(values, dict) or not {"metadata_scheme", "performance", "adm_guidance"} & set(values):
        return None
    tool = _FOOOCUS_TOOL | {"resolution", "sampler", "scheduler", "loras"}
    found = flat_values("Fooocus", values, _FOOOCUS, tool)
    found.model = text_of(values.get("base_model"))
    take_size(found, values.get("resolution"))
    take_scheduler(found, values.get("sampler"), values.get("scheduler"))
    return found


def read_ruined_fooocus(values: Any) -> Found | None:
    """Read RuinedFooocus' object."""
    if not isinstance(values, dict) or values.get("software") != "RuinedFooocus":
        return None
    found = flat_values("RuinedFooocus", values, _RUINED, _RUINED_TOOL)
    found.model = text_of(values.get("base_model_name"))
    take_scheduler(found, values.get("sampler_name"), values.get("scheduler"))
    return found
