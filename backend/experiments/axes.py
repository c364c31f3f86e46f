"""An axis of a grid: a field of the request and its values, as hands write them."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from backend.domain.errors import InvalidRequest, Problem
from backend.domain.requests import REQUEST_TYPES, Mode
from backend.prompts.expansion import Lists, all_of
from backend.prompts.variables import PROMPTS

MOST_VALUES = 50
"""Of one axis."""
_NUMBER = r"-?\d{1,19}(?:\.\d{1,6})?"
_RANGE = re.compile(rf"({_NUMBER})\s*(?:-|…|\.\.)\s*({_NUMBER})(?:\s*\(([+-]?{_NUMBER})\)|\s*\[(\d{{1,3}})\])?\Z")
_SIZE = re.compile(r"(\d{2,5})\s*[x×]\s*(\d{2,5})\Z")
_NOT_AN_AXIS = (
    "mode",
    "image",
    "mask",
    "controls",
    "loras",
    "details",
    "accelerator",
    "options",
    "count",
    "width",
    "height",
)

PROMPT_WORDS = "words"
"""The axis that replaces words of the prompt: its first value is what is looked for."""
SIZE = "size"
BACKEND = "backend"


@dataclass(frozen=True, slots=True)
class Axis:
    """A field (or `words`, `size`, `backend`) and the texts of its values."""

    field: str
    values: tuple[str, ...]

    @property
    def is_named(self) -> bool:
        """Whether a value says nothing without the field's name before it."""
        return self.field not in (PROMPT_WORDS, SIZE, BACKEND, "prompt")

    @property
    def title(self) -> str:
        """Return the field's name for people: `Negative prompt`."""
        fields = (kind.model_fields.get(self.field) for kind in REQUEST_TYPES.values())
        return next((info.title for info in fields if info and info.title), self.field)

    def label(self, index: int) -> str:
        """Return what stands beside the row or column."""
        return f"{self.title} {self.values[index]}" if self.is_named else self.values[index]


def axis_fields(mode: Mode) -> list[str]:
    """Return what an axis may vary in a mode."""
    fields = [name for name in REQUEST_TYPES[mode].model_fields if name not in _NOT_AN_AXIS]
    return [PROMPT_WORDS, *([SIZE] if "width" in REQUEST_TYPES[mode].model_fields else []), BACKEND, *fields]


def _as_written(text: str) -> str:
    return text


def read_axis(
    field: str, text: str, *, mode: Mode, lists: Lists | None = None, filled: Callable[[str], str] = _as_written
) -> Axis:
    """Read an axis: values between commas (quoted where they hold one), `1-4`, `2-10 (+2)`, `1-9 [3]` for numbers.

    Of a prompt axis one line is one value, and its choices and wildcards become all of theirs. `filled` fills the
    variables of prompts and of their words, and raises what is wrong with them. Raises `InvalidRequest`
    for a field that can't be varied, and for no value or too many.
    """
    if field not in axis_fields(mode):
        known = ", ".join(axis_fields(mode))
        raise InvalidRequest([Problem("axis", f"{field!r} can't be varied; choose one of {known}.")])
    if field in PROMPTS:
        lines = [filled(line.strip()) for line in text.splitlines() if line.strip()]
        values = [one for line in lines for one in all_of(line, lists or {})]
    else:
        values = [one for value in _split(text) for one in _spread(value)]
        values = [filled(one) for one in values] if field == PROMPT_WORDS else values
    if not 1 <= len(values) <= MOST_VALUES:
        message = f"has {len(values)} values; give 1 to {MOST_VALUES}."
        raise InvalidRequest([Problem(field, message)])
    return Axis(field, tuple(values))


def sides(value: str) -> tuple[int, int]:
    """Read `1024x768` as width and height in pixels; raise `InvalidRequest` for anything else."""
    found = _SIZE.match(value.strip())
    if found is None:
        raise InvalidRequest([Problem(SIZE, f"is {value!r}; write width and height in pixels, such as 1024x768.")])
    return int(found[1]), int(found[2])


def _split(text: str) -> Iterator[str]:
    for row in csv.reader(text.splitlines(), skipinitialspace=True):
        yield from (value.strip() for value in row if value.strip())


def _spread(value: str) -> Sequence[str]:
    found = _RANGE.match(value)
    if found is None:
        return (value,)
    first, last = Decimal(found[1]), Decimal(found[2])
    if found[4]:
        many = min(int(found[4]), MOST_VALUES + 1)
        step = (last - first) / (many - 1) if many > 1 else Decimal(0)
        whole = first == int(first) and last == int(last)
        spread = [first + step * index for index in range(many)]
        return [_shown(Decimal(round(one)) if whole else round(one, 4)) for one in spread]
    step = abs(Decimal(found[3] or 1)) * (1 if last >= first else -1)
    if step == 0:
        return (value,)
    many = min(int(abs((last - first) / step)) + 1, MOST_VALUES + 1)
    return [_shown(first + step * index) for index in range(many)]


def _shown(number: Decimal) -> str:
    return f"{number.normalize():f}"
