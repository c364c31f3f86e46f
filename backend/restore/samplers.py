"""Samplers and schedules by the names of other tools, as this model's schedulers."""

import re

from backend.domain.schedulers import SCHEDULER_NAMES

_OTHERS = {
    "unipcbh2": "UniPC",
    "dpmpp2msdegpu": "DPM++ 2M SDE",
    "dpmppsdegpu": "DPM++ SDE",
    "flowmatcheuler": "Euler",
}
"""ComfyUI's `uni_pc_bh2` and the variants whose noise is drawn on the GPU (`comfy/samplers.py`)."""
_PLAIN = {"", "automatic", "simple", "normal", "default", "discrete", "native"}
"""`discrete` is stable-diffusion.cpp's (`denoiser.hpp`), `native` NovelAI's."""
_SCHEDULES = {
    "karras": "Karras",
    "exponential": "Exponential",
    "beta": "Beta",
    "uniform": "Uniform",
    "sgm_uniform": "Uniform",
}
_ENDS = sorted({*_SCHEDULES, *_PLAIN} - {""}, key=len, reverse=True)
_KDIFFUSION = re.compile(r"(?:k|sample)[_ ](?=\w)")
"""k-diffusion's prefixes: `k_euler_ancestral` of InvokeAI 2 and NovelAI, `sample_dpmpp_2m` of the first ComfyUI."""


def _key(name: str) -> str:
    """Return a sampler's name as one word.

    "DPM++ 2M", "dpmpp_2m" and "dpm++2m" are one, and so are "Euler a" and "euler_ancestral".
    """
    word = name.casefold()
    start = _KDIFFUSION.match(word)
    word = word[start.end() :] if start else word
    return re.sub(r"[^a-z0-9]", "", word.replace("++", "pp").replace("ancestral", "a"))


_OURS = {_key(name): name for name in reversed(SCHEDULER_NAMES)} | _OTHERS


def scheduler_of(sampler: str, schedule: str = "") -> str | None:
    """Return our name for a sampler and its schedule of sigmas, or None where this model has nothing like it.

    The schedule may stand behind the sampler in one word, and may be the class of diffusers that SD.Next names there.
    Euler on a plain schedule is what the model's own default does, so that it fits every backend.
    """
    sampler, schedule = sampler.strip()[:80], _plain_name(schedule)
    name = _OURS.get(_key(sampler))
    if name is None and schedule in _PLAIN:
        sampler, schedule = _parted(sampler)
        name = _OURS.get(_key(sampler))
    if name is None:
        return None
    if schedule in _PLAIN:
        return "Default" if name == "Euler" else name
    return _OURS.get(_key(f"{name} {_SCHEDULES.get(schedule, schedule)}"))


def _plain_name(schedule: str) -> str:
    name = schedule.strip()[:80].casefold().replace(" ", "_")
    return "" if name.endswith("scheduler") else name


def _parted(sampler: str) -> tuple[str, str]:
    """Return a sampler and the schedule that stands behind it: `dpmpp_2m_karras`, `euler_a discrete`."""
    name = sampler.casefold().replace(" ", "_")
    end = next((end for end in _ENDS if name.endswith(f"_{end}")), "")
    return (name.removesuffix(f"_{end}"), end) if end else (sampler, "")
