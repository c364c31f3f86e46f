"""Tools that write one flat JSON object: SwarmUI, Fooocus, RuinedFooocus, Hugging Face Spaces and NovelAI."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from backend.restore.family import is_turbos
from backend.restore.found import Found
from backend.restore.prompt_marks import without_marks
from backend.restore.reasons import NINE_STEPS, NO_SCHEDULER, NO_SETTING, ONE_CHARACTER
from backend.restore.samplers import scheduler_of

_SIDES = re.compile(r"\D{0,3}(\d{1,6})\s{0,2}[x×*,]\s{0,2}(\d{1,6})\D{0,20}\Z")
_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})")

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
_SPACE = {
    "prompt": "prompt",
    "negative_prompt": "negative_prompt",
    "seed": "seed",
    "num_inference_steps": "steps",
    "guidance_scale": "guidance",
    "shift": "shift",
    "width": "width",
    "height": "height",
}
_NOVELAI = {
    "prompt": "prompt",
    "uc": "negative_prompt",
    "seed": "seed",
    "steps": "steps",
    "scale": "guidance",
    "width": "width",
    "height": "height",
}
_NOVELAI_TOOL = {
    "sampler",
    "noise_schedule",
    "signed_hash",
    "request_type",
    "v4_prompt",
    "v4_negative_prompt",
    "strength",
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
    if str(found.values.get("steps")) == "9" and _is_z_image(found) and not newer:
        found.values["steps"] = 8
        found.drop("num_inference_steps", 9, NINE_STEPS)


def _is_z_image(found: Found) -> bool:
    without_guidance = str(found.values.get("guidance")) in ("0", "0.0")
    return is_turbos(found) if found.model else without_guidance


def read_novelai(text: Callable[[str], str], comment: Any) -> Found | None:
    """Read NovelAI's `Comment`, with `Description` and `Software` by what `text` gives for a keyword."""
    if not isinstance(comment, dict) or not ("NovelAI" in text("Software") or "uc" in comment):
        return None
    found = flat_values("NovelAI", {"prompt": text("Description"), **comment}, _NOVELAI, _NOVELAI_TOOL)
    found.model = "NovelAI Diffusion"
    _list_characters(found, comment.get("v4_prompt"))
    take_scheduler(found, comment.get("sampler"), comment.get("noise_schedule"))
    if comment.get("strength") and comment.get("request_type") in ("Img2ImgRequest", "InpaintRequest"):
        inpaint = comment["request_type"] == "InpaintRequest"
        found.values |= {"mode": "inpaint" if inpaint else "image_to_image", "strength": comment["strength"]}
    return found


def _list_characters(found: Found, prompt: Any) -> None:
    """List the prompts of single characters, which version 4 keeps apart."""
    caption = prompt.get("caption") if isinstance(prompt, dict) else None
    several = caption.get("char_captions") if isinstance(caption, dict) else None
    for character in several if isinstance(several, list) else ():
        if isinstance(character, dict) and character.get("char_caption"):
            found.drop("character", character["char_caption"], ONE_CHARACTER)


def flat_values(source: str, values: Mapping[str, Any], names: Mapping[str, str], tool: set[str]) -> Found:
    """Take over what has a name here, and list the rest but what names the tool and its files."""
    found = Found(source)
    found.take(values, names)
    for field in ("prompt", "negative_prompt"):
        if isinstance(found.values.get(field), str):
            found.values[field] = without_marks(found, found.values[field])
    found.drop_rest(values, {*names, *tool}, NO_SETTING)
    return found


def text_of(value: Any) -> str | None:
    """Return a text that says something."""
    return value if isinstance(value, str) and value else None


def take_size(found: Found, value: Any) -> None:
    """Take over width and height out of one text: `832 x 1216`, `(1152, 896)`."""
    sides = _SIDES.match(value[:40]) if isinstance(value, str) else None
    if sides:
        found.values |= {"width": sides[1], "height": sides[2]}


def take_scheduler(found: Found, sampler: Any, schedule: Any) -> None:
    """Take over a sampler with its schedule, or list both."""
    if not isinstance(sampler, str) or not sampler:
        return
    ours = scheduler_of(sampler, schedule if isinstance(schedule, str) else "")
    if ours:
        found.values["scheduler"] = ours
    else:
        found.drop("sampler", f"{sampler} {schedule or ''}".strip(), NO_SCHEDULER)
