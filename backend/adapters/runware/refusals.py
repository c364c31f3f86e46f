"""Runware's refusals in our words: by code first, then by status, each with whether it was billed.

The codes are those of Runware's own clients and documents (2026-11), which say that they are being standardized: what
isn't known is told with Runware's own message.
"""

import re
from collections.abc import Callable

from pydantic import SecretStr

from backend.adapters.provider.line import Reply, without_key
from backend.adapters.runware.replies import Refusal
from backend.domain.caller import OwnKey
from backend.domain.errors import (
    Billed,
    GenerationFailed,
    InsufficientCredit,
    PlaygroundError,
    ProviderBusy,
    ProviderRefused,
    ProviderTimeout,
)

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

Made = tuple[type[PlaygroundError], str]
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
    kind, message = (_own_key if make is _key and isinstance(key, OwnKey) else make)(said, refusal)
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
    return ProviderRefused, (
        f"Runware refuses this server's key ({said}): check `RUNWARE_API_KEY` at my.runware.ai, or paste a key of your "
        "own."
    )


def _own_key(said: str, _refusal: Refusal) -> Made:
    return ProviderRefused, (
        f"Runware refuses the key that you pasted ({said}): check it at my.runware.ai and paste it again, or forget it."
    )


def _busy(said: str, _refusal: Refusal) -> Made:
    return ProviderBusy, f"Runware has no room for this run now ({said}): try again in a minute."


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
