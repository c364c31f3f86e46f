"""What is wrong with a request, told by the names that the body has for its fields."""

from collections.abc import Container, Mapping

from backend.domain.errors import InvalidRequest, PlaygroundError, Problem
from backend.domain.requests import OWN_CONTROL, Mode
from ui.endpoints.door.refusals import NAMED
from ui.endpoints.sdapi.asking.scripts import ADETAILER, CONTROLNET
from ui.endpoints.sdapi.asking.settings import FORMAT, MODEL, QUALITY

_UNITS = f"alwayson_scripts.{CONTROLNET}.args"
_THEIRS: Mapping[str, str] = {
    "guidance": "cfg_scale",
    "strength": "denoising_strength",
    "count": "batch_size",
    "scheduler": "sampler_name",
    "variation_seed": "subseed",
    "variation_strength": "subseed_strength",
    "loras": "prompt",
    "image": "init_images",
    "resize": "resize_mode",
    "mask_margin": "inpaint_full_res_padding",
    "output_format": f"override_settings.{FORMAT}",
    "output_quality": f"override_settings.{QUALITY}",
    "backend": f"override_settings.{MODEL}",
    "mode": f"override_settings.{MODEL}",
    "factor": "upscaling_resize",
    "upscaler": "upscaler_1",
    "hires_scale": "hr_scale",
    "hires_steps": "hr_second_pass_steps",
    "hires_strength": "denoising_strength",
    "hires_method": "hr_upscaler",
    "options": _UNITS,
    "details": f"alwayson_scripts.{ADETAILER}.args",
}
_OF_UNIT: Mapping[str, str] = {
    "preprocess": "module",
    "scale": "weight",
    "start": "guidance_start",
    "end": "guidance_end",
    "low_threshold": "threshold_a",
    "high_threshold": "threshold_b",
}
_OWN = {ours: name for name, ours in OWN_CONTROL.items()}


def by_their_names(error: PlaygroundError, mode: Mode, own: Container[str] = ()) -> PlaygroundError:
    """Return the error with every field, and every name within a sentence, as the body has it.

    `own` are the fields that stand under our names in the body's `playground`.
    """
    if not isinstance(error, InvalidRequest):
        return error
    return type(error)([_renamed(problem, mode, own) for problem in error.problems])


def _renamed(problem: Problem, mode: Mode, own: Container[str]) -> Problem:
    outer, _, inner = (problem.field or _of_own_control(problem.message, mode)).partition(".")
    if mode == "upscale" and outer == "image":  # A1111 calls it so, too.
        return problem
    if outer in own:
        return Problem(f"playground.{problem.field}", problem.message)
    message = NAMED.sub(lambda found: f"`{_inside(found[1], outer)}`", problem.message)
    if mode == "controlnet" and outer in _OWN:
        return Problem(f"{_UNITS}.0.{_part(_OWN[outer])}", message)
    if outer == "controls":
        index, _, part = inner.partition(".")
        # In the mode of its own the first unit isn't among the further controls.
        place = int(index) + (mode == "controlnet") if index.isdecimal() else None
        return Problem(_UNITS if place is None else ".".join(filter(None, (_UNITS, str(place), _part(part)))), message)
    return Problem(_THEIRS.get(outer, problem.field), message)


def _of_own_control(message: str, mode: Mode) -> str:
    """Return the field of the mode's own control that a sentence on several names first; else none."""
    named = NAMED.search(message)
    return named[1] if named and mode == "controlnet" and named[1] in _OWN else ""


def _part(name: str) -> str:
    return _OF_UNIT.get(name, name)


def _inside(name: str, outer: str) -> str:
    """Return a name as it stands inside a sentence: a control's own parts where it is about one."""
    of_control = outer == "controls" or (name in _OWN and name not in ("image", "preprocess"))
    return _part(_OWN.get(name, name)) if of_control else _THEIRS.get(name, name)
