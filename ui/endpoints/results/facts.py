"""What a shared result's page says of it: the settings, and how it came to be."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from backend.domain.records import DREW, SENT_SEED, RunImage
from backend.domain.requests import MODE_LABELS, REQUEST_TYPES
from backend.images.metadata.request_text import MODEL
from backend.images.metadata.source_type import TERMS
from backend.library.result_links import SharedRun
from ui.endpoints.results.speech import Speech
from ui.library.credentials_report import TYPES
from ui.look import words
from ui.look.field_titles import field_title

_SAID_ALREADY = ("mode", "prompt", "seed", "count", "width", "height", "steps", "loras", "options")
_MOST_VALUE = 3000


@dataclass(frozen=True, slots=True)
class Fact:
    """A setting as the page shows it; a visitor's own words are `own`, and stay in their language."""

    title: str
    value: str
    own: bool = False


def mode_of(shared: SharedRun) -> str:
    """Return what the run's mode is called, in English."""
    return MODE_LABELS[shared.recipe["mode"]]  # type: ignore[index]


def origin_of(shared: SharedRun) -> str:
    """Return how its pictures came to be, in English: the words for IPTC's digital source type of the mode."""
    return TYPES[TERMS[shared.recipe["mode"]]]  # type: ignore[index]


def maker_of(shared: SharedRun, label: str) -> str:
    """Return who drew it: the backend, and the model where an image says so."""
    models = dict.fromkeys(str(image.details.get(DREW, MODEL)) for image in shared.images)
    return f"{', '.join(models)} · {label}"


def size_of(image: RunImage) -> str:
    """Return an image's size in pixels."""
    return f"{image.width} × {image.height}"


def seed_of(image: RunImage, speech: Speech) -> str:
    """Return an image's seed, with what is known of it where it was only sent."""
    sent = image.details.get(SENT_SEED)
    if image.seed is not None or not sent:
        return speech.say("seed %1", image.seed) if image.seed is not None else speech.say("seed unknown")
    known = "seed %1 sent, not kept" if sent["verdict"] == "refuted" else "seed %1 sent, not proven"
    return speech.say(known, sent["seed"])


def facts_of(shared: SharedRun, label: str, speech: Speech) -> Iterator[Fact]:
    """Yield what made the pictures, the main things first and then what isn't as it mostly is."""
    recipe, kind = shared.recipe, REQUEST_TYPES[shared.recipe["mode"]]  # type: ignore[index]
    yield Fact(speech.say("Mode"), speech.say(mode_of(shared)))
    yield Fact(speech.say("Made by"), maker_of(shared, label), own=True)
    yield Fact(speech.say("Size"), " · ".join(dict.fromkeys(map(size_of, shared.images))))
    if "steps" in kind.model_fields:
        yield Fact(speech.say("Steps"), str(recipe.get("steps", kind.model_fields["steps"].default)))
    for name, value in recipe.items():
        text = _text(value, speech)
        if name not in _SAID_ALREADY and text:
            yield Fact(speech.say(field_title(name)), text, own=isinstance(value, str))
    yield from _loras(recipe.get("loras"), speech)
    if shared.seconds is not None:
        yield Fact(speech.say("Time"), words.duration(shared.seconds))
    yield Fact(speech.say("Made on"), f"{shared.created:%Y-%m-%d}")


def _loras(loras: JsonValue, speech: Speech) -> Iterator[Fact]:
    for lora in loras if isinstance(loras, list) else ():
        if isinstance(lora, dict):
            weight = lora.get("weight", 1.0)
            yield Fact(speech.say("LoRA"), f"{lora.get('model', '')} ({weight:g})", own=True)


def _text(value: JsonValue, speech: Speech) -> str:
    """Return a value in words; nothing of one with parts, which the picture's own file holds."""
    if isinstance(value, bool):
        return speech.say("on" if value else "off")
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)[:_MOST_VALUE] if isinstance(value, int | str) else ""
