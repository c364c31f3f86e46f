"""SwarmUI: `sui_image_params`."""

from typing import Any

from backend.restore.found import Found
from backend.restore.tools.flat_json import flat_values, take_scheduler, text_of

_SWARM = {
    "prompt": "prompt",
    "negativeprompt": "negative_prompt",
    "seed": "seed",
    "steps": "steps",
    "cfgscale": "guidance",
    "width": "width",
    "height": "height",
    "sigmashift": "shift",
    "variationseed": "variation_seed",
    "variationseedstrength": "variation_strength",
}
_SWARM_MASK = {"maskblur": "mask_feather", "maskgrow": "mask_grow"}
"""SwarmUI's `T2IParamTypes.cs`; the blur stands there for every initial image, with a mask and without."""
_SWARM_PICTURES = {"initimage", "maskimage", *_SWARM_MASK}
_SWARM_TOOL = {
    "model",
    "swarm_version",
    "aspectratio",
    "automaticvae",
    "images",
    "sampler",
    "comfyuisampler",
    "scheduler",
}


def read_swarmui(values: Any) -> Found | None:
    """Read SwarmUI's `sui_image_params`."""
    given = values.get("sui_image_params") if isinstance(values, dict) else None
    if not isinstance(given, dict):
        return None
    found = flat_values(
        "SwarmUI", given, _SWARM, _SWARM_TOOL | _SWARM_PICTURES | {"initimagecreativity", "controlnetstrength"}
    )
    found.model = text_of(given.get("model"))
    take_scheduler(found, given.get("sampler") or given.get("comfyuisampler"), given.get("scheduler"))
    if given.get("initimagecreativity") not in (None, ""):
        masked = given.get("maskimage") not in (None, "")
        found.values |= {
            "mode": "inpaint" if masked else "image_to_image",
            "strength": given["initimagecreativity"],
        }
        found.take(given if masked else {}, _SWARM_MASK)
    if given.get("controlnetstrength") not in (None, ""):
        found.values |= {"mode": "controlnet", "control_scale": given["controlnetstrength"]}
        found.values.pop("strength", None)
    return found
