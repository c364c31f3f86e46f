"""What Runware refuses: what is known of it before anything is sent, and its own refusals in our words.

A refusal is told by its code first, then by its status, each with whether it was billed. The codes are those of
Runware's own clients and documents (2026-11), which say that they are being standardized: what isn't known is told with
Runware's own message.
"""

import re
from collections.abc import Iterator, Sequence

from pydantic import SecretStr

from backend.adapters.provider.line import Reply, without_key
from backend.adapters.provider.refusals import Made, busy, by_status, key_refused, no_credit, not_made, value_refused
from backend.adapters.runware.mapping import control_options, percent
from backend.adapters.runware.options import ControlOptions, RunwareOptions
from backend.adapters.runware.replies import Refusal
from backend.adapters.step_cache_rules import cache_problems
from backend.domain.errors import (
    Billed,
    PlaygroundError,
    Problem,
    ProviderRefused,
    ProviderTimeout,
)
from backend.domain.providers import RUNWARE
from backend.domain.requests import Request, controls_of

_AIR = re.compile(r"[\w.-]+:[\w.-]+@[\w.-]+")
_HUNDREDTHS = ("guidance", "strength")
_OF_FACES = {"cfg_scale": 0.1, "confidence": 0.01, "strength": 0.01}
_OURS = {"cfg_scale": "guidance"}
FIELDS = {
    "positivePrompt": "prompt",
    "negativePrompt": "negative_prompt",
    "CFGScale": "guidance",
    "numberResults": "count",
    "seedImage": "image",
    "inputs.seedImage": "image",
    "maskImage": "mask",
    "inputs.maskImage": "mask",
    "maskMargin": "mask_margin",
    "controlNet": "controls",
    "lora": "loras",
    "acceleratorOptions": "accelerator",
    "ultralytics": "details",
    "outputFormat": "output_format",
    "outputQuality": "output_quality",
}
"""Wire names in our words."""

_KINDS = {
    "credit": re.compile(r"credit|quota|balance|paymentrequired|environmentpaused"),
    "key": re.compile(
        r"apikey|unauthorized|forbidden|permission|authentication|^token"
        r"|(account|organization|workspace)(suspended|disabled)"
    ),
    "safety": re.compile(
        r"contentpolicy|sensitivecontent|unsafecontent|nsfw|blocked|moderation|invalidprovidercontent"
    ),
    "busy": re.compile(r"ratelimit|serviceunavailable|serverunavailable|noavailableserver|model(unavailable|notready)"),
    "timeout": re.compile(r"timeout"),
    "value": re.compile(r"^(invalid|missing|conflict|duplicate|unsupported|value|array|max|unknownparam|incompatible)"),
}
"""What a refusal is about, by its code in lower case; the first that fits."""


def to_error(refusal: Refusal, *, status: int, key: SecretStr | None, billed: Billed = "no") -> PlaygroundError:
    """Return the error for one refusal; Runware bills neither what it refuses nor what fails there."""
    said = without_key(refusal.message or refusal.code, key).rstrip(".")
    kind, message = (
        _by_code(refusal, said, key) or by_status(RUNWARE, status, said, key) or _otherwise(status, said, refusal)
    )
    details = {"code": without_key(refusal.code, key, most=64), "status": status}
    return kind(without_key(message, key, most=900), billed=billed, details=details)


def from_status(reply: Reply, *, key: SecretStr | None) -> PlaygroundError:
    """Return the error for an answer without a word of Runware's, by its status alone."""
    refusal = Refusal(code="", message=f"status {reply.status}")
    error = to_error(refusal, status=reply.status, key=key, billed=reply.billed)
    error.details = {"status": reply.status, "retry_after": reply.retry_after}
    return error


def _by_code(refusal: Refusal, said: str, key: SecretStr | None) -> Made | None:
    code = refusal.code.casefold()
    kind = next((kind for kind, pattern in _KINDS.items() if pattern.search(code)), None)
    match kind:
        case "credit":
            return no_credit(RUNWARE, said)
        case "key":
            return key_refused(RUNWARE, said, key)
        case "safety":
            return (
                ProviderRefused,
                f"Runware's content check stopped this run ({said}): change the prompt or the image.",
            )
        case "busy":
            return busy(RUNWARE, said)
        case "timeout":
            return _given_up(said)
        case "value":
            return _value(said, refusal.names)
    return None


def _otherwise(status: int, said: str, refusal: Refusal) -> Made:
    """Return what a status says that means this at Runware alone."""
    match status:
        case 400:
            return _value(said, refusal.names)
        case 408:
            return _given_up(said)
        case 504:
            return busy(RUNWARE, said)
    return not_made(RUNWARE, said)


def _unsafe(said: str) -> Made:
    return ProviderRefused, f"Runware's content check stopped this run ({said}): change the prompt or the image."


def _given_up(said: str) -> Made:
    return ProviderTimeout, f"Runware gave this run up after its own time limit ({said}): try again, or fewer steps."


def _value(said: str, names: Sequence[str]) -> Made:
    return value_refused("Runware's model", said, (FIELDS.get(name, name) for name in names))


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
    yield from _of_details(request, options)


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
        yield from _in_steps(f"options.ultralytics.{name}", getattr(options.ultralytics, name, None), step)


def _of_details(request: Request, options: RunwareOptions) -> Iterator[Problem]:
    if not request.details:
        return
    if options.ultralytics:
        yield Problem("details", "and `options.ultralytics` are the same at Runware: leave one of them out.")
    if len(request.details) > 1:
        yield Problem("details", f"has {len(request.details)}; Runware refines faces once a picture: keep one.")
    for name, step in _OF_FACES.items():
        ours = _OURS.get(name, name)
        yield from _in_steps(f"details.0.{ours}", getattr(request.details[0], ours), step)


def _in_steps(place: str, value: float | None, step: float) -> Iterator[Problem]:
    if value is not None and not _is_whole(value / step):
        yield Problem(place, f"is {value:g}; Runware takes steps of {step:g}.")


def _of_caches(request: Request) -> Iterator[Problem]:
    for name in ("fb_cache_threshold", "tea_cache_distance", "db_cache_threshold"):
        if not _is_whole(getattr(request.accelerator, name) * 100):
            yield Problem(f"accelerator.{name}", "has to be in steps of 0.01.")
    yield from cache_problems(request)


def _is_whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-6
