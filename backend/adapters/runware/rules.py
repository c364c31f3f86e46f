"""What Runware refuses beyond the request's own rules; checked here first, so that it is never sent."""

import re
from collections.abc import Iterator

from backend.adapters.runware.mapping import control_options, percent
from backend.adapters.runware.options import ControlOptions, RunwareOptions
from backend.domain.errors import Problem
from backend.domain.requests import Request, controls_of
from backend.domain.step_cache_rules import cache_problems

_AIR = re.compile(r"[\w.-]+:[\w.-]+@[\w.-]+")
_HUNDREDTHS = ("guidance", "strength")
_OF_FACES = {"cfg_scale": 0.1, "confidence": 0.01, "strength": 0.01}


def problems(request: Request, options: RunwareOptions) -> Iterator[Problem]:
    """Yield everything in a request that Runware would refuse."""
    for name in _HUNDREDTHS:
        value = getattr(request, name, None)
        if value is not None and not _is_whole(value * 100):
            yield Problem(name, f"is {value:g}; Runware takes steps of 0.01, such as {round(value, 2):g}.")
    yield from _of_loras(request, options)
    yield from _of_controls(request, options)
    yield from _of_caches(request)
    yield from _of_faces(options)


def _of_loras(request: Request, options: RunwareOptions) -> Iterator[Problem]:
    for index, lora in enumerate(request.loras):
        if not _AIR.fullmatch(lora.model):
            message = f"is {lora.model!r}; Runware takes its own identifiers, such as civitai:618692@691639."
            yield Problem(f"loras.{index}.model", message)
        if not _is_whole(lora.weight * 100):
            yield Problem(f"loras.{index}.weight", f"is {lora.weight:g}; Runware takes steps of 0.01.")
    if len(options.loras) > len(request.loras):
        yield Problem("options.loras", f"has {len(options.loras)} entries for {len(request.loras)} LoRAs.")


def _of_controls(request: Request, options: RunwareOptions) -> Iterator[Problem]:
    controls = controls_of(request)
    if len(options.controls) > len(controls):
        yield Problem("options.controls", f"has {len(options.controls)} entries for {len(controls)} controls.")
    for index, control in enumerate(controls):
        where, own = _place(request, index), control_options(options, index)
        if not (_is_whole(control.start * 100) and _is_whole(control.end * 100)):
            yield Problem(where, "starts or ends between two percents of the steps; Runware counts whole ones.")
        if not _is_whole(control.scale * 100):
            yield Problem(where, f"has scale {control.scale:g}; Runware takes steps of 0.01.")
        if percent(control.start) > 99 or percent(control.end) < 1:
            yield Problem(where, "acts on no step: it has to start below 100% and end above 0%.")
        yield from _of_steps(f"options.controls.{index}", own, request.steps)


def _place(request: Request, index: int) -> str:
    """Return the field of control `index`, of which the ControlNet mode's own is the first."""
    if request.mode != "controlnet":
        return f"controls.{index}"
    return f"controls.{index - 1}" if index else "control"


def _of_steps(where: str, own: ControlOptions, steps: int) -> Iterator[Problem]:
    start, end = own.start_step, own.end_step
    if (start is None) != (end is None):
        yield Problem(where, "has one of `start_step` and `end_step`; give both, or neither.")
    elif start is not None and end is not None and not start < end <= steps:
        yield Problem(where, f"acts from step {start} to {end}; it has to end after it starts, and by step {steps}.")


def _of_faces(options: RunwareOptions) -> Iterator[Problem]:
    for name, step in _OF_FACES.items():
        value = getattr(options.ultralytics, name, None)
        if value is not None and not _is_whole(value / step):
            yield Problem(f"options.ultralytics.{name}", f"is {value:g}; Runware takes steps of {step:g}.")


def _of_caches(request: Request) -> Iterator[Problem]:
    for name in ("fb_cache_threshold", "tea_cache_distance", "db_cache_threshold"):
        if not _is_whole(getattr(request.accelerator, name) * 100):
            yield Problem(f"accelerator.{name}", "has to be in steps of 0.01.")
    yield from cache_problems(request)


def _is_whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-6
