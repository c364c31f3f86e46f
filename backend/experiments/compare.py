"""The same request on several backends: what each can take of it, and all of them at once."""

import math
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, zip_longest
from typing import Any

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate, Size
from backend.domain.errors import InvalidRequest, NotReady, PlaygroundError, Problem
from backend.domain.events import Event
from backend.domain.field_notes import Alters, noted
from backend.domain.parts import RANDOM_SEED
from backend.domain.requests import Request, TextToImage
from backend.generation.generate import DRAWN_SEEDS, generate
from backend.generation.marked import without_marks
from backend.generation.prepared import Asked
from backend.generation.pricing import estimate_of, total
from backend.playground import Playground
from backend.prompts.wording import PLAIN, Wording
from backend.threads.merge import merge

PIXELS_DIFFER = "The same seed gives different pixels on different backends: compare the style, the time and the cost."


@dataclass(frozen=True, slots=True)
class Contender:
    """One backend in a comparison: its request, what was left out for it, and the error that keeps it out (or None).

    `requests` is what runs, a run an image where the prompt has choices; without any, it doesn't take part. `size` is
    the one (width and height in pixels) that all were brought to, where they don't share the one asked for.
    """

    backend: str
    label: str
    request: Request
    left_out: tuple[Problem, ...] = ()
    error: PlaygroundError | None = None
    estimate: Estimate | None = None
    requests: tuple[Request, ...] = ()
    size: tuple[int, int] | None = None

    @property
    def refusal(self) -> str | None:
        """Return why it can't take part, in a script's words."""
        return None if self.error is None else str(self.error)

    def key(self, index: int) -> str:
        """Return the name of one of its requests in the stream of events."""
        return f"{self.backend} {index}"


def contenders(
    playground: Playground,
    caller: Caller,
    request: Request,
    *,
    chosen: str,
    names: Sequence[str] | None = None,
    wording: Wording = PLAIN,
) -> list[Contender]:
    """Fit a request to every backend (or to `names`), `chosen` first: the one that its options are meant for.

    All get the same seed, drawn here where there is none, the same words, and the same size: where some of them can't
    draw the one asked for, the nearest that the most of them can.
    """
    first = playground.choose(chosen)
    wanted = [playground.choose(name) for name in names or playground.backends]
    running = [first, *(backend for backend in wanted if backend.name != first.name)]
    pinned = _pinned(first, wording.laid(request))
    wording = wording.lists_alone
    same = _at_common_size(pinned, running, caller)
    size = None if _sides(same) == _sides(pinned) else _sides(same)
    fitted = [_fitted(playground, caller, each, same, wording, own=each.name == first.name) for each in running]
    return [replace(one, size=size) for one in fitted]


def compare(playground: Playground, caller: Caller, running: Sequence[Contender]) -> Iterator[tuple[str, Event]]:
    """Run all that can take part at once, image by image; yield what happens with the key of its request."""
    able = [one for one in running if one.requests]
    begin = partial(generate, playground, caller, patient=True)
    turns = zip_longest(*([(one, index) for index in range(len(one.requests))] for one in able))
    starts = {
        one.key(index): partial(begin, one.backend, one.requests[index])
        for one, index in filter(None, chain.from_iterable(turns))
    }
    return merge(starts, at_once=max(len(able), 1))


def is_comparison(running: Sequence[Contender]) -> bool:
    """Whether there are two at least to be compared."""
    return sum(bool(one.requests) for one in running) > 1


def price(running: Sequence[Contender]) -> Estimate:
    """Return what the whole comparison may cost; an amount is None where it is unknown for one of them."""
    return total([one.estimate or Estimate(likely=None) for one in running if one.requests])


def _pinned(backend: Backend, request: Request) -> Request:
    changes: dict[str, Any] = {}
    if request.seed == RANDOM_SEED:
        changes["seed"] = secrets.randbelow(DRAWN_SEEDS - request.count + 1)
    if isinstance(request, TextToImage) and request.width is None:
        size = backend.capabilities.default_size
        changes |= {"width": size.width, "height": size.height}
    return request.model_copy(update=changes)


def _at_common_size(request: Request, running: Sequence[Backend], caller: Caller) -> Request:
    """Return the request at its own size or, where not all can draw that, at the nearest one that the most can."""
    asked = _sides(request)
    able = [each for each in running if request.mode in each.capabilities.modes and each.missing(caller) is None]
    if asked is None or _takers(able, request) == len(able):
        return request
    sizes = {(size.width, size.height) for each in able for size in (*each.capabilities.sizes, _own_size(each))}
    nearest = sorted(sizes, key=partial(_distance, asked))
    tried = [request, *(request.model_copy(update={"width": wide, "height": high}) for wide, high in nearest)]
    return max(tried, key=partial(_takers, able))  # The first of those that are equal, which is the nearest.


def _sides(request: Request) -> tuple[int, int] | None:
    width, height = getattr(request, "width", None), getattr(request, "height", None)
    return None if width is None or height is None else (width, height)


def _own_size(backend: Backend) -> Size:
    return backend.capabilities.default_size


def _distance(asked: tuple[int, int], size: tuple[int, int]) -> float:
    """Return how far a size is from the one that was asked for; its shape counts for more than its area."""
    (width, height), (wide, high) = asked, size
    shape, area = (wide / high) / (width / height), (wide * high) / (width * height)
    return 4 * abs(math.log(shape)) + abs(math.log(area))


def _takers(running: Sequence[Backend], request: Request) -> int:
    taken = 0
    for backend in running:
        try:
            _without_what_is_lacking(backend, request.model_copy(update={"options": {}}), [])
        except InvalidRequest:
            continue
        taken += 1
    return taken


def _fitted(
    playground: Playground, caller: Caller, backend: Backend, request: Request, wording: Wording, *, own: bool
) -> Contender:
    left_out: list[Problem] = []
    if request.options and not own:
        left_out.append(Problem("options", "belong to another backend; left out here."))
        request = request.model_copy(update={"options": {}})
    missing = backend.missing(caller)
    refusal: PlaygroundError | None = NotReady(missing) if missing else None
    try:
        taken = without_marks(request, backend)
        request = taken.request
        left_out += [Problem("prompt", note) for note in taken.notes]
        request = _without_what_is_lacking(backend, request, left_out)
    except InvalidRequest as error:
        refusal = error
    priced = None if refusal else _estimate(playground, caller, backend, request)
    requests = () if refusal else Asked(backend, request, wording).drawn().requests
    return Contender(backend.name, backend.label, request, tuple(left_out), refusal, priced, requests)


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
    """Return the defaults of these fields, or nothing where one of them must stay or all are at theirs.

    Those may be left out whose absence leaves the same picture to be drawn; without any other, it would mislead.
    """
    fields = type(request).model_fields
    if not names <= noted(fields, Alters).keys():
        return {}
    defaults = {name: fields[name].default for name in names}
    return defaults if any(getattr(request, name) != default for name, default in defaults.items()) else {}


def _estimate(playground: Playground, caller: Caller, backend: Backend, request: Request) -> Estimate | None:
    try:
        return estimate_of(playground, caller, backend, request)
    except PlaygroundError:
        return None
