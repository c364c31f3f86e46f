"""The same request on several backends: what each can take of it, and all of them at once."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from backend.base import Backend
from backend.caller import Caller
from backend.capabilities import Estimate
from backend.errors import InvalidRequest, PlaygroundError, Problem
from backend.events import Event
from backend.generate import DRAWN_SEEDS, generate
from backend.merge import merge
from backend.playground import Playground
from backend.pricing import estimate_of
from backend.request_parts import RANDOM_SEED
from backend.requests import Request, TextToImage

PIXELS_DIFFER = "The same seed gives different pixels on different backends: compare the style, the time and the cost."

_MAY_BE_LEFT_OUT = frozenset(
    {
        "options",
        "scheduler",
        "shift",
        "guidance",
        "negative_prompt",
        "loras",
        "acceleration",
        "accelerator",
        "safety",
        "prompt_expansion",
        "output_format",
        "output_quality",
        "mask_margin",
        "low_threshold",
        "high_threshold",
    }
)
"""Fields whose absence leaves the same picture to be drawn; without any other, the comparison would mislead."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One backend in a comparison: its request, what was left out for it, and why it can't take part (or None)."""

    backend: str
    label: str
    request: Request
    left_out: tuple[Problem, ...] = ()
    refusal: str | None = None
    estimate: Estimate | None = None


def contenders(
    playground: Playground, caller: Caller, request: Request, *, chosen: str, names: Sequence[str] | None = None
) -> list[Contender]:
    """Fit a request to every backend (or to `names`), `chosen` first: the one that its options are meant for.

    All get the same seed, drawn here where there is none, and the same size.
    """
    first = playground.choose(chosen)
    same = _pinned(first, request)
    wanted = [playground.choose(name) for name in names or playground.backends]
    others = [backend for backend in wanted if backend.name != first.name]
    return [_fitted(playground, caller, backend, same, own=backend.name == first.name) for backend in (first, *others)]


def compare(playground: Playground, caller: Caller, running: Sequence[Contender]) -> Iterator[tuple[str, Event]]:
    """Run every contender that can take part at once; yield what happens with the backend's name."""
    able = [contender for contender in running if contender.refusal is None]
    starts = {
        one.backend: partial(generate, playground, caller, one.backend, one.request, patient=True) for one in able
    }
    return merge(starts, at_once=max(len(starts), 1))


def _pinned(backend: Backend, request: Request) -> Request:
    changes: dict[str, Any] = {}
    if request.seed == RANDOM_SEED:
        changes["seed"] = secrets.randbelow(DRAWN_SEEDS - request.count + 1)
    if isinstance(request, TextToImage) and request.width is None:
        size = backend.capabilities.default_size
        changes |= {"width": size.width, "height": size.height}
    return request.model_copy(update=changes)


def _fitted(playground: Playground, caller: Caller, backend: Backend, request: Request, *, own: bool) -> Contender:
    left_out: list[Problem] = []
    if request.options and not own:
        left_out.append(Problem("options", "belong to another backend; left out here."))
        request = request.model_copy(update={"options": {}})
    refusal = backend.missing(caller)
    try:
        request = _without_what_is_lacking(backend, request, left_out)
    except InvalidRequest as error:
        refusal = str(error)
    priced = None if refusal else _estimate(playground, caller, backend, request)
    return Contender(backend.name, backend.label, request, tuple(left_out), refusal, priced)


def _without_what_is_lacking(backend: Backend, request: Request, left_out: list[Problem]) -> Request:
    """Reset what may be left out until the backend takes the request; raise where it refuses something else."""
    while True:
        try:
            backend.capabilities.check(request)
        except InvalidRequest as error:
            defaults = _defaults(request, {problem.field.split(".")[0] for problem in error.problems})
            if not defaults:
                raise
            left_out += error.problems
            request = request.model_copy(update=defaults)
        else:
            return request


def _defaults(request: Request, names: set[str]) -> dict[str, Any]:
    """Return the defaults of these fields, or nothing where one of them must stay or all are at theirs."""
    if not names <= _MAY_BE_LEFT_OUT:
        return {}
    fields = type(request).model_fields
    defaults = {name: fields[name].default for name in names if name in fields}
    return defaults if any(getattr(request, name) != default for name, default in defaults.items()) else {}


def _estimate(playground: Playground, caller: Caller, backend: Backend, request: Request) -> Estimate | None:
    try:
        return estimate_of(playground, caller, backend, request)
    except PlaygroundError:
        return None
