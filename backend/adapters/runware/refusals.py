"""What Runware refuses: what is known of it before anything is sent, and its own refusals in our words.

A refusal is told by its code first, then by its status, each with whether it was billed. The codes are those of
Runware's own clients and documents (2026-11), which say that they are being standardized: what isn't known is told with
Runware's own message.
"""

import re
from collections.abc import Callable, Iterator

from pydantic import SecretStr

from backend.adapters.provider.line import Reply, without_key
from backend.adapters.provider.refusals import Made, busy, key_refused
from backend.adapters.runware.mapping import control_options, percent
from backend.adapters.runware.options import ControlOptions, RunwareOptions
from backend.adapters.runware.replies import Refusal
from backend.adapters.step_cache_rules import cache_problems
from backend.domain.errors import (
    Billed,
    GenerationFailed,
    InsufficientCredit,
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
    "outputFormat": "output_format",
    "outputQuality": "output_quality",
}
"""Wire names in our words."""

_CREDIT = re.compile(r"credit|quota|balance|paymentrequired|environmentpaused")
_KEY = re.compile(
    r"apikey|unauthorized|forbidden|permission|authentication|^token|(account|organization|workspace)(suspended|disabled)"
)
_BUSY = re.compile(r"ratelimit|serviceunavailable|serverunavailable|noavailableserver|model(unavailable|notready)")
_SAFETY = re.compile(r"contentpolicy|sensitivecontent|unsafecontent|nsfw|blocked|moderation|invalidprovidercontent")
_TIMEOUT = re.compile(r"timeout")
_VALUE = re.compile(r"^(invalid|missing|conflict|duplicate|unsupported|value|array|max|unknownparam|incompatible)")


def to_error(refusal: Refusal, *, status: int, key: SecretStr | None, billed: Billed = "no") -> PlaygroundError:
    """Return the error for one refusal; Runware bills neither what it refuses nor what fails there."""
    said = without_key(refusal.message or refusal.code, key).rstrip(".")
    make = _by_code(refusal.code.casefold()) or _by_status(status)
    kind, message = key_refused(RUNWARE, said, key) if make is _key else make(said, refusal)
    details = {"code": without_key(refusal.code, key, most=64), "status": status}
    return kind(without_key(message, key, most=900), billed=billed, details=details)


def from_status(reply: Reply, *, key: SecretStr | None, billed: Billed) -> PlaygroundError:
    """Return the error for an answer without a word of Runware's, by its status alone."""
    refusal = Refusal(code="", message=f"status {reply.status}")
    error = to_error(refusal, status=reply.status, key=key, billed=billed)
    error.details = {"status": reply.status, "retry_after": reply.retry_after}
    return error


def _by_code(code: str) -> Callable[[str, Refusal], Made] | None:
    for pattern, make in _KINDS:
        if pattern.search(code):
            return make
    return None


def _by_status(status: int) -> Callable[[str, Refusal], Made]:
    known = {400: _value, 401: _key, 402: _credit, 403: _key, 408: _timeout, 413: _too_large, 429: _busy, 503: _busy}
    return known.get(status, _busy if status == 504 else _failed)


def _credit(said: str, _refusal: Refusal) -> Made:
    return InsufficientCredit, (
        f"The Runware account has no credit for this ({said}): top it up at my.runware.ai, or choose another backend."
    )


def _key(said: str, _refusal: Refusal) -> Made:
    return key_refused(RUNWARE, said, None)


def _busy(said: str, _refusal: Refusal) -> Made:
    return busy(RUNWARE, said)


def _safety(said: str, _refusal: Refusal) -> Made:
    return ProviderRefused, f"Runware's content check stopped this run ({said}): change the prompt or the image."


def _timeout(said: str, _refusal: Refusal) -> Made:
    return ProviderTimeout, f"Runware gave this run up after its own time limit ({said}): try again, or fewer steps."


def _too_large(said: str, _refusal: Refusal) -> Made:
    return ProviderRefused, f"The images of this run are too large for Runware ({said}): use smaller ones."


def _failed(said: str, _refusal: Refusal) -> Made:
    return GenerationFailed, f"Runware could not make the image ({said}): try again, or choose another backend."


def _value(said: str, refusal: Refusal) -> Made:
    names = refusal.parameter if isinstance(refusal.parameter, list) else [refusal.parameter]
    fields = ", ".join(f"`{FIELDS.get(str(name), str(name))}`" for name in names if name)
    about = f" {fields}" if fields else " this request"
    return ProviderRefused, f"Runware's model refuses{about} ({said}): change it, or choose another backend."


_KINDS: tuple[tuple[re.Pattern[str], Callable[[str, Refusal], Made]], ...] = (
    (_CREDIT, _credit),
    (_KEY, _key),
    (_SAFETY, _safety),
    (_BUSY, _busy),
    (_TIMEOUT, _timeout),
    (_VALUE, _value),
)


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
