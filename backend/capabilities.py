"""What a backend can do, as a value: the form is fitted to it and requests are checked against it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from backend.errors import Problem, Unsupported, from_validation
from backend.requests import Common, Mode, Request

Rules = Callable[[Request], Iterable[Problem]]
"""What a backend refuses, where one field depends on another or on the machine."""


class Options(BaseModel):
    """The base of a backend's own typed options; they travel as the request's `options`."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Own = TypeVar("Own", bound=Options)
NO_OPTIONS: Mapping[str, JsonValue] = {}


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
class Capabilities:
    """Modes, narrower limits and choices, what is lacking and why, and the backend's own options."""

    modes: tuple[Mode, ...]
    default_size: Size
    sizes: tuple[Size, ...] = ()
    limits: Mapping[str, Limit] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)
    """Request fields (or `field=value` pairs, such as `preprocess=depth`) that mean nothing here, with the reason."""
    options: type[Options] = Options
    notes: Mapping[Mode, str] = field(default_factory=dict)
    most_controls: int = 0
    previews: bool = False
    examples: tuple[str, ...] = ()
    """Prompts that it draws well, where it is not good at everything."""
    rules: Rules | None = None
    """What else this backend refuses, where one field depends on another."""

    def check(self, request: Request) -> None:
        """Raise `Unsupported` with every field that this backend can't take."""
        problems = list(self._problems(request))
        if problems:
            raise Unsupported(problems)

    def own_options(self, request: Request) -> Options:
        """Read the request's `options` as this backend's; raise `InvalidRequest` where they don't fit."""
        return read_options(self.options, request.options)

    def _problems(self, request: Request) -> Iterator[Problem]:
        if request.mode not in self.modes:
            mode, *known = (mode.replace("_", " ") for mode in (request.mode, *self.modes))
            yield Problem("mode", f"{mode} isn't offered by this backend, which does {', '.join(known)}.")
            return
        for name in set_fields(request):
            value = getattr(request, name)
            yield from self._problems_of(name, value)
        own = 1 if request.mode == "controlnet" else 0
        if request.controls and own + len(request.controls) > self.most_controls:
            yield Problem("controls", f"has {len(request.controls)}; this backend takes {self.most_controls} in all.")
        self.own_options(request)
        if self.rules is not None:
            yield from self.rules(request)

    def _problems_of(self, name: str, value: Any) -> Iterator[Problem]:
        reason = self.lacks.get(name) or self.lacks.get(f"{name}={value}")
        if reason:
            yield Problem(name, reason)
            return
        limit = self.limits.get(name)
        if limit and isinstance(value, int | float) and (message := limit.problem(value)):
            yield Problem(name, message)
        choices = self.choices.get(name)
        if choices and value not in choices:
            yield Problem(name, f"is {value!r}; this backend offers {', '.join(choices)}.")


def set_fields(request: Common) -> Iterator[str]:
    """Name the fields whose value differs from the default, or that have none."""
    for name, info in type(request).model_fields.items():
        if name not in ("mode", "options") and (info.is_required() or getattr(request, name) != info.default):
            yield name


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run may cost in USD: the likely price and its range; None where nobody knows."""

    likely: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    free: bool = False
    note: str = ""

    @property
    def most(self) -> Decimal | None:
        """Return the pessimistic price: what has to be left under a cap before the run may start; None if unknown."""
        return self.likely if self.high is None else self.high


FREE = Estimate(likely=Decimal(0), low=Decimal(0), high=Decimal(0), free=True)
