"""What a backend can do, as a value: the form is fitted to it and requests are checked against it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError
from pydantic.fields import FieldInfo

from backend.domain.errors import Problem, Unsupported, from_validation
from backend.domain.request_fields import SetField, paths, set_fields
from backend.domain.requests import MODE_LABELS, REQUEST_TYPES, Mode, Request

Rules = Callable[[Request], Iterable[Problem]]
"""What a backend refuses, where one field depends on another or on the machine."""


class Options(BaseModel):
    """The base of a backend's own typed options; they travel as the request's `options`."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Own = TypeVar("Own", bound=Options)
NO_OPTIONS: Mapping[str, JsonValue] = {}
UNTAKEN = "This backend doesn't take it."
MOST_SHOWN = 60
"""Characters of a value that an error repeats."""
_APART = ("mode", "options")
"""What is checked by itself."""


def read_options(kind: type[Own], given: Mapping[str, JsonValue]) -> Own:
    """Read a backend's own options from plain values; raise `InvalidRequest` where they don't fit."""
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        raise from_validation(error, "options") from error


@dataclass(frozen=True, slots=True)
class Limit:
    """A narrower range than the request's own; None leaves a side as it is."""

    least: float | None = None
    most: float | None = None
    reason: str = ""

    def problem(self, value: float) -> str | None:
        """Say what is wrong with the value, or None."""
        if self.least is not None and value < self.least:
            return f"is {value:g}; here the least is {self.least:g}. {self.reason}".strip()
        if self.most is not None and value > self.most:
            return f"is {value:g}; here the most is {self.most:g}. {self.reason}".strip()
        return None


@dataclass(frozen=True, slots=True)
class Size:
    """A size preset in pixels."""

    width: int
    height: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture that a backend has drawn with this seed, these settings, and all else as a form begins there.

    Text to image has drawn it from words alone; another mode of the `pictures` by the names of its fields.
    """

    prompt: str
    seed: int
    picture: Path
    mode: Mode = "text_to_image"
    settings: Mapping[str, JsonValue] = field(default_factory=dict)
    pictures: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Capabilities:
    """Modes, the fields that are taken, narrower limits and choices, and the backend's own options.

    A field that `takes` doesn't name is refused, so that nothing is accepted and then dropped. The mapping that sends a
    field names it there, by its path down to the parts (`steps`, `loras.weight`, `options.ttl`).
    """

    modes: tuple[Mode, ...]
    default_size: Size
    takes: frozenset[str]
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why fields aren't taken, or not now (which takes them out of `takes`); also of a value: `preprocess=depth`."""
    sizes: tuple[Size, ...] = ()
    limits: Mapping[str, Limit] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    options: type[Options] = Options
    notes: Mapping[Mode, str] = field(default_factory=dict)
    most_controls: int = 0
    most_outpainted: int | None = None
    """Pixels a side of a canvas that outpainting makes, at most; None where any size is taken."""
    previews: bool = False
    examples: tuple[str, ...] = ()
    """Prompts that it draws well, where it is not good at everything."""
    wall: tuple[Drawn, ...] = ()
    """Pictures that it has drawn itself, shown where results will be."""
    rules: Rules | None = None
    """What else this backend refuses, where one field depends on another."""
    profile: str = ""
    """The kind of checkpoint that draws (a name in `library.profiles`); empty where it is a provider's own."""
    defaults: Mapping[str, float] = field(default_factory=dict)
    """What fields begin with here, where the model wants something else than the request's own default."""
    hints: Mapping[str, str] = field(default_factory=dict)
    """What is said of fields here, in place of their own description."""
    maker: str = ""
    """Who lacks the fields that are neither taken nor in `reasons`, in a sentence: `ModelRunner's model`."""

    @cached_property
    def lacks(self) -> Mapping[str, str]:
        """Return the fields of its modes (or `field=value`) that mean nothing here, with the reason."""
        known = (path for mode in self.modes for path in paths(REQUEST_TYPES[mode]) if path not in _APART)
        lacking = dict.fromkeys(self._outermost(path) for path in known if not self.can_take(path))
        return {**{path: self._reason(path) for path in lacking}, **self.reasons}

    def check(self, request: Request) -> None:
        """Raise `Unsupported` with every field that this backend can't take."""
        problems = list(self._problems(request))
        if problems:
            raise Unsupported(problems)

    def can_take(self, path: str) -> bool:
        """Whether a field is taken, or for one that holds parts, anything of them."""
        if any(outer in self.reasons for outer in _outwards(path)):
            return False
        return path in self.takes or any(taken.startswith(f"{path}.") for taken in self.takes)

    def own_options(self, request: Request) -> Options:
        """Read the request's `options` as this backend's; raise `InvalidRequest` where they don't fit."""
        return read_options(self.options, request.options)

    def _problems(self, request: Request) -> Iterator[Problem]:
        if request.mode not in self.modes:
            mode, *known = (MODE_LABELS[mode] for mode in (request.mode, *self.modes))
            yield Problem("mode", f"{mode} isn't offered by this backend, which does {', '.join(known)}.")
            return
        given = [found for found in set_fields(request) if found.path not in _APART]
        given += set_fields(self.own_options(request), "options.", "options.")
        refusals = {problem.field: problem for found in given for problem in self._problems_of(found)}
        yield from refusals.values()
        own = 1 if request.mode == "controlnet" else 0
        if request.controls and "controls" not in refusals and own + len(request.controls) > self.most_controls:
            yield Problem("controls", f"has {len(request.controls)}; this backend takes {self.most_controls} in all.")
        if self.rules is not None:
            yield from self.rules(request)

    def _problems_of(self, found: SetField) -> Iterator[Problem]:
        if not self.can_take(found.path):
            outermost = self._outermost(found.path)
            yield Problem(found.of(outermost), self.reasons.get(outermost) or _untaken(found, outermost))
            return
        if reason := self.reasons.get(f"{found.path}={found.value}"):
            yield Problem(found.place, reason)
            return
        limit = self.limits.get(found.path)
        if limit and isinstance(found.value, int | float) and (message := limit.problem(found.value)):
            yield Problem(found.place, message)
        choices = self.choices.get(found.path)
        if choices and found.value not in choices:
            yield Problem(found.place, f"is {found.value!r}; this backend offers {', '.join(choices)}.")

    def _reason(self, path: str) -> str:
        """Say why a field isn't taken, and what to do about it."""
        if path in self.reasons or not self.maker:
            return self.reasons.get(path, UNTAKEN)
        kinds = (REQUEST_TYPES[mode].model_fields for mode in self.modes)
        info = next((fields[path] for fields in kinds if path in fields), None)
        return f"{self.maker} has no such setting; {_way_out(info)}."

    def _outermost(self, path: str) -> str:
        """Return the field furthest out of which nothing is taken: of `loras.weight`, `loras` where it takes none."""
        return next(outer for outer in _outwards(path) if not self.can_take(outer))


def _outwards(path: str) -> Iterator[str]:
    """Yield a path's fields from the outermost to itself."""
    names = path.split(".")
    for depth in range(1, len(names) + 1):
        yield ".".join(names[:depth])


def _untaken(found: SetField, outermost: str) -> str:
    """Say that a field isn't taken, with its value and the way out."""
    if outermost != found.path:
        return "isn't taken by this backend: leave it out, or choose another backend."
    value = repr(found.value)
    shown = value if len(value) <= MOST_SHOWN else f"{value[:MOST_SHOWN]}…"
    if found.info.is_required():
        return f"is {shown}, which this backend doesn't take: choose another one."
    return f"is {shown}, which this backend doesn't take: {_way_out(found.info)}, or choose another backend."


def _way_out(info: FieldInfo | None) -> str:
    """Return what to do about a field that isn't taken; None for one of a part."""
    default = info.get_default(call_default_factory=True) if info else None
    return "turn it off" if default is False else f"leave it at {default}" if default else "leave it out"


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run may cost in USD: the likely price and its range; None where nobody knows.

    `seconds` is how long the device may take for it, where that was timed.
    """

    likely: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    free: bool = False
    note: str = ""
    seconds: float | None = None

    @property
    def most(self) -> Decimal | None:
        """Return the pessimistic price: what has to be left under a cap before the run may start; None if unknown."""
        return self.likely if self.high is None else self.high


FREE = Estimate(likely=Decimal(0), low=Decimal(0), high=Decimal(0), free=True)
