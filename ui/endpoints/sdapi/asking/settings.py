"""A1111's settings, as far as they mean something here: of one request (`override_settings`), or a caller's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from pydantic import JsonValue

from backend.domain.common_fields import Common
from backend.domain.errors import InvalidRequest, Problem
from backend.domain.parts import OutputFormat
from ui.endpoints.sdapi.asking.pictures import Values
from ui.endpoints.sdapi.asking.tuning import AS_SENT

MODEL = "sd_model_checkpoint"
FORMAT, QUALITY = "samples_format", "jpeg_quality"
TAKEN = (MODEL, FORMAT, QUALITY, AS_SENT)
"""What acts here; the last is ours."""
_OF_QUALITY = {type(each).__name__: each for each in Common.model_fields["output_quality"].metadata}
LEAST_QUALITY, MOST_QUALITY = _OF_QUALITY["Ge"].ge, _OF_QUALITY["Le"].le
_HARMLESS: Mapping[str, tuple[JsonValue, ...]] = {
    "CLIP_stop_at_last_layers": (1, None),
    "sd_vae": ("Automatic", "None", "", None),
    "sd_checkpoint_hash": ("", None),
    "forge_additional_modules": ([], None),
}
"""What many send unasked, with the values that change nothing: they aren't worth a word."""
_FORMATS = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png", "webp": "webp"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What settings come to: the model's name, whether tuning counts to the letter, and values by our names."""

    model: str = ""
    as_sent: bool = False
    values: Values = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    @property
    def notes(self) -> list[str]:
        """Return a sentence for each setting that has no effect."""
        return [f"`override_settings.{name}` has no effect here." for name in self.ignored]


def chosen(settings: Mapping[str, JsonValue], within: str = "override_settings.") -> Chosen:
    """Read settings; raise `InvalidRequest` for one that acts here and has a value that can't be."""
    given = {name: value for name, value in settings.items() if value is not None}
    return Chosen(
        model=_text(given, MODEL, within),
        as_sent=_truth(given, AS_SENT, within),
        values=_file(given, within),
        ignored=tuple(name[:60] for name, value in given.items() if not _counts(name, value)),
    )


def _counts(name: str, value: JsonValue) -> bool:
    return name in TAKEN or value in _HARMLESS.get(name, ())


def _text(given: Mapping[str, JsonValue], name: str, within: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise InvalidRequest([Problem(f"{within}{name}", "must be text.")])
    return value


def _truth(given: Mapping[str, JsonValue], name: str, within: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise InvalidRequest([Problem(f"{within}{name}", "must be true or false.")])
    return value


def _file(given: Mapping[str, JsonValue], within: str) -> Values:
    found: Values = {}
    if wanted := _text(given, FORMAT, within):
        if wanted.lower() not in _FORMATS:
            known = ", ".join(get_args(OutputFormat))
            raise InvalidRequest([Problem(f"{within}{FORMAT}", f"is {wanted[:60]!r}; choose one of {known}.")])
        found["output_format"] = _FORMATS[wanted.lower()]
    if QUALITY in given:
        found["output_quality"] = _quality(given[QUALITY], f"{within}{QUALITY}")
    return found


def _quality(value: JsonValue, name: str) -> int:
    """Return a quality; raise `InvalidRequest` for none: kept, it would spoil every request that comes after."""
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(number, bool) or not isinstance(number, int) or not LEAST_QUALITY <= number <= MOST_QUALITY:
        message = f"is {str(value)[:60]!r}; it must be a whole number from {LEAST_QUALITY} to {MOST_QUALITY}."
        raise InvalidRequest([Problem(name, message)])
    return number
