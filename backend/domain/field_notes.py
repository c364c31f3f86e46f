"""What a field says of itself beside its range and its words: notes in its `Annotated[...]`, read wherever it is met.

    hires_scale: Annotated[
        float, Place("fine"), Weighs("step", times=_area), Alters("look"), Infotext("Hires upscale")
    ] = Field(1.0, ge=1, le=4, title="Hires scale")

A note that is left out errs on the safe side: such a field has no control on the panel (which a test tells), is timed
apart from every other value of it, keeps a backend without it out of a comparison, and stands in no infotext.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pydantic import BaseModel
from pydantic.fields import FieldInfo

LAST = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where the control stands on the panel of settings: a fold of it, and within that by rank, then as declared.

    Fields without one are laid out by hand where they belong: the prompt, the basics, and a mode's own.
    """

    fold: Literal["fine", "extra", "file"]
    rank: int = LAST


def _once(_: Any) -> float:
    return 1.0


@dataclass(frozen=True, slots=True)
class Weighs:
    """By what a field decides over an image's time, and so over its price.

    `nothing`; `calls`: how often the model is asked; `step`: how long it takes each time; `drawings`: which drawings
    are made and how large, which is what a field without this note is taken for. `times` says of a value how many times
    as long a step takes; `sort` tells apart the values whose steps are timed each for themselves (else `times` does).
    """

    by: Literal["nothing", "calls", "step", "drawings"]
    times: Callable[[Any], float] = _once
    sort: Callable[[Any], Hashable] | None = None


@dataclass(frozen=True, slots=True)
class Alters:
    """What a field decides over: the `look` of the picture, its `file` alone, or `nothing` of it.

    A field without this note decides over which picture is drawn: no comparison may leave it out.
    """

    what: Literal["look", "file", "nothing"]


@dataclass(frozen=True, slots=True)
class Infotext:
    """The field's name in the line of parameters that A1111 and its kin write and read.

    It is written where the field isn't at its default, or `always`; or where the field `beside` isn't at its own.
    `also` are other tools' names for it, which are only read.
    """

    name: str
    always: bool = False
    beside: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Digits:
    """Its whole numbers go beyond 2^53, up to which a browser counts: there they are text, and for scripts may be."""


@dataclass(frozen=True, slots=True)
class Picture:
    """It refers to a picture: the page asks for one, and so do scripts."""


@dataclass(frozen=True, slots=True)
class Maps:
    """Of a control: the field decides over the control picture itself, not over how it is followed."""


@dataclass(frozen=True, slots=True)
class Short:
    """The field's title where a heading says already what it belongs to."""

    title: str


@dataclass(frozen=True, slots=True)
class Only:
    """It acts only while the field `of` beside it has this value, and its input is shown only then."""

    of: str
    value: str


@dataclass(frozen=True, slots=True)
class Switch:
    """Of a number that is off at its default: a switch with these words sets it to `on`, and only then it is shown."""

    title: str
    on: float


@dataclass(frozen=True, slots=True)
class Within:
    """It acts only while the switch of the field `of` is on, and its input is shown only then."""

    of: str


Note = TypeVar("Note", Place, Weighs, Alters, Infotext, Digits, Picture, Maps, Short, Only, Switch, Within)


def note_of(info: FieldInfo, kind: type[Note]) -> Note | None:
    """Return a field's note of this kind, or None."""
    return next((note for note in info.metadata if isinstance(note, kind)), None)


def noted(fields: Mapping[str, FieldInfo], kind: type[Note]) -> dict[str, Note]:
    """Return the notes of this kind by the names of the fields that have one, as declared."""
    found = ((name, note_of(info, kind)) for name, info in fields.items())
    return {name: note for name, note in found if note is not None}


def standing_in(fields: Mapping[str, FieldInfo], fold: str) -> list[str]:
    """Return the names of the fields whose controls stand in a fold of the panel, from the top."""
    places = noted(fields, Place)
    return sorted((name for name, place in places.items() if place.fold == fold), key=lambda name: places[name].rank)


def of_drawings(part: BaseModel) -> dict[str, Any]:
    """Return the values of all fields that decide over which drawings are made and how large, by name."""
    notes = ((name, note_of(info, Weighs)) for name, info in type(part).model_fields.items())
    return {name: getattr(part, name) for name, note in notes if note is None or note.by == "drawings"}


def step_sorts(part: BaseModel) -> tuple[Hashable, ...]:
    """Return what, of all fields that decide over a step's time, tells apart the steps that take different times."""
    return tuple((note.sort or note.times)(value) for note, value in _by_step(part))


def step_factor(part: BaseModel) -> float:
    """Return how many times as long as usual a step takes by all fields that decide over it."""
    factor = 1.0
    for note, value in _by_step(part):
        factor *= note.times(value)
    return factor


def _by_step(part: BaseModel) -> Iterator[tuple[Weighs, Any]]:
    for name, note in noted(type(part).model_fields, Weighs).items():
        if note.by == "step":
            yield note, getattr(part, name)
