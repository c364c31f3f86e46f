"""InvokeAI: `invokeai_metadata` of versions 3 and later, `sd-metadata` of 2, and the `Dream` command before them."""

import re
import shlex
from collections.abc import Mapping
from typing import Any

from backend.restore.found import Found
from backend.restore.reasons import NO_SCHEDULER, NO_SETTING
from backend.restore.samplers import scheduler_of

_NAMES = {
    "positive_prompt": "prompt",
    "negative_prompt": "negative_prompt",
    "width": "width",
    "height": "height",
    "seed": "seed",
    "steps": "steps",
    "cfg_scale": "guidance",
    "guidance": "guidance",
    "shift": "shift",
    "z_image_shift": "shift",
}
_OF_THE_TOOL = {
    "app_version",
    "generation_mode",
    "rand_device",
    "model",
    "vae",
    "qwen3_encoder",
    "qwen3_source",
    "scheduler",
}
_VARIANCE = {"z_image_seed_variance_strength", "z_image_seed_variance_randomize_percent"}
"""What would act if `z_image_seed_variance_enabled` were set; it is written all the same (buildZImageGraph.ts)."""
_MODES = {"img2img": "image_to_image", "inpaint": "inpaint", "outpaint": "inpaint"}
_BRACKETS = re.compile(r"\[([^\[\]]{0,2000})\]\s*\Z")


def read_invokeai(metadata: Any) -> Found | None:
    """Read `invokeai_metadata`; None where it isn't that."""
    if not isinstance(metadata, dict) or not {"positive_prompt", "generation_mode", "app_version"} & set(metadata):
        return None
    found = Found("InvokeAI")
    found.take(metadata, _NAMES)
    found.model = _name(metadata.get("model"))
    found.is_z_image = _base(metadata.get("model")) == "z-image"
    mode = str(metadata.get("generation_mode") or "").rpartition("_")[2]
    if mode in _MODES:
        found.values["mode"] = _MODES[mode]
        found.take(metadata, {"strength": "strength"})
    _scheduler(found, metadata.get("scheduler"))
    used = {*_NAMES, *_OF_THE_TOOL, "strength", "loras", "controlnets"}
    if metadata.get("z_image_seed_variance_enabled") is not True:
        used |= _VARIANCE
    if found.values.get("shift") == "auto":
        del found.values["shift"]
    _loras(found, metadata.get("loras"))
    _controls(found, metadata.get("controlnets"))
    found.drop_rest(metadata, used, NO_SETTING)
    return found


def read_sd_metadata(metadata: Any) -> Found | None:
    """Read `sd-metadata` of InvokeAI 2."""
    image = metadata.get("image") if isinstance(metadata, dict) else None
    if not isinstance(image, dict):
        return None
    found = Found("InvokeAI 2")
    prompt = image.get("prompt")
    if isinstance(prompt, list) and prompt and isinstance(prompt[0], dict):
        prompt = prompt[0].get("prompt")
    found.values |= _split_negative(str(prompt or ""))
    names = {name: ours for name, ours in _NAMES.items() if not name.endswith("prompt")}
    found.take(image, names)
    found.model = str(metadata.get("model_weights") or metadata.get("model") or "") or None
    _scheduler(found, image.get("sampler"))
    return found


def read_dream(command: str) -> Found | None:
    """Read the `Dream` command: a prompt in quotes and letters for the settings."""
    try:
        words = shlex.split(command[:8192])
    except ValueError:
        return None
    if not words:
        return None
    found = Found("InvokeAI (Dream)")
    given = {words[i][:2]: words[i][2:] or _next(words, i) for i in range(1, len(words)) if _is_letter(words[i])}
    found.values |= _split_negative(words[0])
    letters = {"-s": "steps", "-S": "seed", "-W": "width", "-H": "height", "-C": "guidance"}
    found.take(given, letters)
    _scheduler(found, given.get("-A"))
    return found


def _is_letter(word: str) -> bool:
    return len(word) >= 2 and word[0] == "-" and word[1].isalpha()


def _next(words: list[str], index: int) -> str:
    return words[index + 1] if index + 1 < len(words) else ""


def _split_negative(prompt: str) -> dict[str, str]:
    """InvokeAI 2 wrote the negative prompt in square brackets behind the prompt."""
    negative = _BRACKETS.search(prompt[-2100:])
    if negative is None:
        return {"prompt": prompt}
    return {"prompt": prompt[: len(prompt) - len(negative[0])].strip(), "negative_prompt": negative[1]}


def _base(model: Any) -> Any:
    """Return the model's architecture, `BaseModelType` of InvokeAI 6 (`taxonomy.py`); Turbo and base share one."""
    return model.get("base") if isinstance(model, dict) else None


def _name(model: Any) -> str | None:
    if isinstance(model, dict):
        model = model.get("name") or model.get("model_name")
    return model if isinstance(model, str) else None


def _scheduler(found: Found, name: Any) -> None:
    if not isinstance(name, str) or not name:
        return
    base = name.removesuffix("_k")
    ours = scheduler_of(base, "" if base == name else "karras")
    if ours:
        found.values["scheduler"] = ours
    else:
        found.drop("scheduler", name, NO_SCHEDULER)


def _loras(found: Found, loras: Any) -> None:
    for lora in loras if isinstance(loras, list) else ():
        if isinstance(lora, dict):
            found.take_lora(_name(lora.get("model") or lora.get("lora")), lora.get("weight"))


def _controls(found: Found, controls: Any) -> None:
    first = controls[0] if isinstance(controls, list) and controls else None
    if not isinstance(first, Mapping):
        return
    model = (_name(first.get("control_model")) or "").casefold()
    kind = next((kind for kind in ("canny", "depth", "pose") if kind in model), "none")
    found.values |= {"mode": "controlnet", "preprocess": kind}
    window = {"begin_step_percent": "control_start", "end_step_percent": "control_end"}
    found.take(first, {"control_weight": "control_scale"} | window)
