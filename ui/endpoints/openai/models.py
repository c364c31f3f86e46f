"""The models by their ids: a backend and what it draws with, such as `local/z-image-turbo`."""

import re
from collections.abc import Iterator
from typing import Any

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.errors import NotFound, PlaygroundError
from backend.domain.requests import TextToImage
from backend.generation.pricing import estimate_of
from backend.playground import Playground

_SIGN = re.compile(r"[^a-z0-9.]+")
_FAMILY = re.compile(r"z-image-turbo|z-image")
_THEIRS = re.compile(r"(dall-e|gpt-image|chatgpt-image)[\w.-]*", re.ASCII)
"""OpenAI's own names, which some programs always send: they mean whatever draws here."""
AUTO = "auto"
BEGAN = 1764460800
"""What `created` says of every model (2025-11-30, UTC): nothing here knows when a model was made."""


def model_id(backend: Backend) -> str:
    """Return a backend's id with its model's name, as far as that says more."""
    family = _FAMILY.search(_plain(backend.model_name))
    return f"{backend.name}/{family[0] if family else _plain(backend.model_name.rpartition('/')[2])}"


def _plain(name: str) -> str:
    return _SIGN.sub("-", name.lower()).strip("-")


def choose(playground: Playground, name: object) -> Backend:
    """Return the backend that a request's `model` means, for that request alone.

    That is one by its id, its own name or its model's; nothing, `auto` and OpenAI's names mean the one chosen at start.
    Raises `NotFound` for any other.
    """
    if name is None or name == "" or name == AUTO:
        return playground.choose(AUTO)
    asked = str(name).strip().lower()
    default = playground.choose(AUTO)
    for backend in (default, *playground.backends.values()):
        known = model_id(backend)
        if asked in (known, backend.name, known.partition("/")[2], backend.model_name.lower()):
            return backend
    if _THEIRS.fullmatch(asked):
        return default
    known_ids = ", ".join(model_id(backend) for backend in playground.backends.values())
    message = f"There is no model {str(name)[:60]!r} here: leave it out, or choose one of {known_ids}."
    raise NotFound(message, details={"field": "model", "code": "model_not_found"})


def is_dall_e(name: object) -> bool:
    """Whether a request names one of OpenAI's older models, whose answers are addresses unless it says otherwise."""
    return isinstance(name, str) and name.strip().lower().startswith("dall-e")


def all_models(playground: Playground, caller: Caller) -> Iterator[dict[str, Any]]:
    """Yield every model as OpenAI lists them, with what it can do and costs here in an object of our own."""
    for backend in playground.backends.values():
        yield {
            "id": model_id(backend),
            "object": "model",
            "created": BEGAN,
            "owned_by": backend.name,
            "playground": _described(playground, backend, caller),
        }


def _described(playground: Playground, backend: Backend, caller: Caller) -> dict[str, Any]:
    can, state = backend.capabilities, backend.state(caller)
    return {
        "label": backend.label,
        "model": backend.model_name,
        "default": backend.name == playground.default,
        "ready": state.ready,
        "message": state.message,
        "modes": list(can.modes),
        "default_size": f"{can.default_size.width}x{can.default_size.height}",
        "sizes": [f"{size.width}x{size.height}" for size in can.sizes],
        "limits": {name: [limit.least, limit.most] for name, limit in can.limits.items()},
        "choices": {name: list(choices) for name, choices in can.choices.items()},
        "lacks": dict(can.lacks),
        "defaults": dict(can.defaults),
        "previews": can.previews,
        "cost": _cost(playground, backend, caller),
    }


def _cost(playground: Playground, backend: Backend, caller: Caller) -> dict[str, Any] | None:
    """Return what an image of the usual size and steps may cost (USD, an estimate); None where it makes none."""
    size = backend.capabilities.default_size
    try:
        usual = TextToImage(prompt="a picture", seed=0, width=size.width, height=size.height)
        estimate = estimate_of(playground, caller, backend, usual)
    except PlaygroundError:
        return None
    likely = None if estimate.likely is None else float(estimate.likely)
    return {"likely_usd": likely, "free": estimate.free, "per": "image of the usual size and steps", "estimate": True}
