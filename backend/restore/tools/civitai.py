"""Civitai's own generator: `extraMetadata` beside the graph of its last step, which may be no more than an upscale."""

from typing import Any

from backend.restore.found import Found
from backend.restore.tools.flat_json import flat_values, take_scheduler, text_of

_NAMES = {
    "prompt": "prompt",
    "negativePrompt": "negative_prompt",
    "seed": "seed",
    "steps": "steps",
    "cfgScale": "guidance",
    "width": "width",
    "height": "height",
}
_TOOL = {"sampler", "baseModel", "workflowId", "engine", "quantity", "process", "remixOfId", "fluxMode", "draft"}


def read_extra(values: Any) -> Found | None:
    """Read `extraMetadata`, by the file civitai-upscale.jpg of enslo/sd-metadata at 0270638."""
    if not isinstance(values, dict) or not ("prompt" in values or "seed" in values):
        return None
    found = flat_values("Civitai", values, _NAMES, _TOOL)
    found.model = text_of(values.get("baseModel"))
    take_scheduler(found, values.get("sampler"), None)
    return found
