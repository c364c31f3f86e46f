"""What can go wrong, in sentences fit for a visitor: what happened, with the value, then the way out.

- PlaygroundError
    - InvalidRequest: a value is wrong; names the fields
    - Unsupported: right in itself, but not on this backend
    - WrongSetting: a setting at the start can't be used
    - NotReady: a key, a model or a device is missing
    - OverBudget: a spend cap is reached
    - TooManyRequests: a visitor asks more often than one may
    - NotAllowed: somebody else's to do
    - WrongKey: a key that a program brings isn't one of this playground's
    - AskedOtherwise: a mark of a request stands for another one
    - NotFound: an image or a run isn't there
    - NewerRecord: the database is of a later version of the playground
    - StorageFull: the data folder can take no more
        - StorageUnreachable: the store of images beyond this machine doesn't do what it should
        - RecordBusy: another program holds the database, or it doesn't answer
    - BadLink: an address that says nothing readable
    - BadImage: a file isn't an image that we take
    - Unsigned: a result gets no Content Credentials; it is kept all the same
    - OutOfMemory: the device has too little memory for this run
    - GenerationFailed: the model or the provider gave up
        - ProviderRefused: the provider says no to the request or the key
            - InsufficientCredit: the provider's account is empty
        - ProviderBusy: too many requests or no capacity, after retries
        - ProviderUnreachable: no connection was made
        - ProviderTimeout: no answer in time; what was sent may still be billed
        - BadReply: an answer that doesn't say what it should
- Cancelled (a BaseException, so that no library swallows it)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

Billed = Literal["no", "yes", "unknown"]
GRAVITY: tuple[Billed, ...] = ("no", "yes", "unknown")
"""The least open bill first."""
RUN_AGAIN = "run it again"
"""A way out that orders once more: only for what was not ordered yet."""
MOST_WORDS = 3
"""Different errors of one run that are told; more would hide the first."""


class PlaygroundError(Exception):
    """The base of all errors whose text may be shown to a visitor."""

    billed: Billed = "no"

    def __init__(self, message: str, *, billed: Billed | None = None, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        if billed is not None:
            self.billed = billed
        self.details = details or {}

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(cls: type[PlaygroundError], args: tuple[Any, ...], state: dict[str, Any]) -> PlaygroundError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong value: the field it stands in and a sentence about it."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"`{self.field}`: {self.message}" if self.field else self.message


class InvalidRequest(PlaygroundError):
    """A value is wrong; `problems` names each field, and nothing twice that two have found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__("\n".join(map(str, self.problems)))


class Unsupported(InvalidRequest):
    """The request is right in itself, but this backend can't do it."""


class WrongSetting(PlaygroundError):
    """A setting at the start can't be used; names it as the environment does."""


class NotReady(PlaygroundError):
    """A key, a model or a device is missing."""


class OverBudget(PlaygroundError):
    """A spend cap is reached."""


class TooManyRequests(PlaygroundError):
    """A visitor asks more often than one may; `wait_seconds` says when to come back."""

    def __init__(self, what: str, *, wait_seconds: float) -> None:
        wait = max(1, round(wait_seconds + 0.5))
        super().__init__(f"Too many {what} in a short time: try again in {wait} s.")
        self.wait_seconds = wait


class NotAllowed(PlaygroundError):
    """It is somebody else's to do."""


class WrongKey(PlaygroundError):
    """A program's key isn't one that the owner has made, or is revoked; or one is needed."""


class AskedOtherwise(PlaygroundError):
    """The mark by which a request is known when it comes again stands for another request."""


class NotFound(PlaygroundError):
    """An image or a run isn't there."""


class NewerRecord(PlaygroundError):
    """The database was written by a later version of the playground."""


class StorageFull(PlaygroundError):
    """The data folder can take no more."""


class StorageUnreachable(StorageFull):
    """The store of images beyond this machine doesn't answer, or refuses."""


class RecordBusy(StorageFull):
    """The database can't be written at this moment: another program holds it, or it doesn't answer."""


class BadLink(PlaygroundError):
    """An address from which nothing can be read."""


class BadImage(PlaygroundError):
    """A file isn't an image that the playground takes."""


class Unsigned(PlaygroundError):
    """A result could not be signed; says why, as the end of a sentence."""


class OutOfMemory(PlaygroundError):
    """The device has too little memory for this run."""


class GenerationFailed(PlaygroundError):
    """The model or the provider gave up."""


class ProviderRefused(GenerationFailed):
    """The provider says no to the request or to the key."""


class InsufficientCredit(ProviderRefused):
    """The account at the provider is empty."""


class ProviderBusy(GenerationFailed):
    """Too many requests or no capacity there, after all retries."""


class ProviderUnreachable(GenerationFailed):
    """No connection to the provider was made."""


class ProviderTimeout(GenerationFailed):
    """No answer in time; what was sent may still be billed."""

    billed: Billed = "unknown"


class BadReply(GenerationFailed):
    """An answer that doesn't say what it should."""

    billed: Billed = "unknown"


def together(errors: Sequence[PlaygroundError]) -> PlaygroundError:
    """Return what went wrong in one run as one error: the gravest for the bill, in its own and the others' words.

    An unknown bill is graver than a known one, and that graver than none: what one image knows says nothing of another.
    """
    gravest = max(errors, key=lambda error: GRAVITY.index(error.billed))
    words = dict.fromkeys(map(str, (gravest, *errors)))
    gravest.args = (" ".join([*words][:MOST_WORDS]), *gravest.args[1:])
    return gravest


class Cancelled(BaseException):
    """Nobody wants the result any more; raised by the calls of a `Job`, and never swallowed by a library."""


def from_validation(error: ValidationError, *within: str) -> InvalidRequest:
    """Turn pydantic's report into one sentence a field; `within` is where the validated value stands."""
    return InvalidRequest([_problem(entry, within) for entry in error.errors(include_url=False)])


def _problem(entry: Any, within: tuple[str, ...]) -> Problem:
    path = [*within, *(str(part) for part in entry["loc"] if not _is_union_tag(part))]
    return Problem(".".join(path), _sentence(entry))


def _is_union_tag(part: Any) -> bool:
    return part in ("text_to_image", "image_to_image", "inpaint", "outpaint", "controlnet", "upscale")


def _sentence(entry: Any) -> str:
    given, context = entry.get("input"), entry.get("ctx", {})
    if given is None and entry["type"] in _NOT_GIVEN:
        return _SENTENCES["missing"]("", None, context)
    shown = _shown(given)
    if entry["type"] in _SENTENCES:
        return _SENTENCES[entry["type"]](shown, given, context)
    said = f"{str(entry['msg']).removeprefix('Value error, ')}."
    # What is wrong with several values together names them itself.
    return said if _is_whole(given) else f"is {shown}: {said}"


def _is_whole(given: Any) -> bool:
    return isinstance(given, Mapping | BaseModel)


def _shown(given: Any) -> str:
    """Return a value as a visitor wrote it; never the inside of a structure, whose names are nobody's on the page."""
    if given is None:
        return "empty"
    if isinstance(given, list | tuple | set):
        return "a list"
    if not isinstance(given, str | int | float):
        return "no single value"
    return repr(given) if len(repr(given)) <= 60 else f"{repr(given)[:57]}..."


def _characters(given: Any) -> str:
    length = len(str(given).strip())
    return "1 character" if length == 1 else f"{length} characters"


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"


def _nearest(given: Any, context: Any) -> str:
    if not isinstance(given, int | float):
        return ""
    step = context["multiple_of"]
    return f", such as {round(given / step) * step:g}"


_SENTENCES: dict[str, Callable[[str, Any, Any], str]] = {
    "missing": lambda *_: "is missing; give it a value.",
    "extra_forbidden": lambda *_: "is not a field of this request; take it out.",
    "greater_than_equal": lambda shown, _, context: f"is {shown}; the least is {_number(context['ge'])}.",
    "less_than_equal": lambda shown, _, context: f"is {shown}; the most is {_number(context['le'])}.",
    "multiple_of": lambda shown, given, context: (
        f"is {shown}; it must be a multiple of {_number(context['multiple_of'])}{_nearest(given, context)}."
    ),
    "string_too_short": lambda _, given, context: (
        f"has {_characters(given)}; it needs at least {context['min_length']}."
    ),
    "string_too_long": lambda _, given, context: f"has {_characters(given)}; the most is {context['max_length']}.",
    "string_pattern_mismatch": lambda shown, *_: f"is {shown}; it must be the sha256 of an image that was uploaded.",
    "int_parsing": lambda shown, *_: f"is {shown}; it must be a whole number.",
    "int_type": lambda shown, *_: f"is {shown}; it must be a whole number.",
    "int_from_float": lambda shown, *_: f"is {shown}; it must be a whole number.",
    "finite_number": lambda shown, *_: f"is {shown}; it must be a number.",
    "float_parsing": lambda shown, *_: f"is {shown}; it must be a number.",
    "float_type": lambda shown, *_: f"is {shown}; it must be a number.",
    "literal_error": lambda shown, _, context: f"is {shown}; choose one of {context['expected']}.",
    "string_type": lambda shown, *_: f"is {shown}; it must be text.",
    "tuple_type": lambda shown, *_: f"is {shown}; it must be a list.",
    "list_type": lambda shown, *_: f"is {shown}; it must be a list.",
    "dict_type": lambda shown, *_: f"is {shown}; it must be names with values.",
    "model_type": lambda shown, *_: f"is {shown}; it must be names with values.",
    "bool_type": lambda shown, *_: f"is {shown}; it must be true or false.",
    "bool_parsing": lambda shown, *_: f"is {shown}; it must be true or false.",
    "union_tag_not_found": lambda *_: "`mode` is missing; say which kind of request this is.",
}
_NOT_GIVEN = ("string_type", "tuple_type", "list_type", "dict_type", "model_type")
"""What pydantic says of None where a value has to stand."""
