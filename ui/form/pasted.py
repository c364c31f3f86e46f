"""A prompt that is no prompt but the settings of an image, as A1111 and its kin write them under their pictures."""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from backend.adapters.base import Backend
from backend.domain.errors import InvalidRequest, Problem
from backend.domain.requests import REQUEST_TYPES, Mode, Request
from backend.prompts.final_words import as_they_are
from backend.restore.read import read_pasted
from ui.form.signatures import parameters_of

NOT_WORDS = (
    "holds an image's settings, not words to draw: they are laid into the form. Look at them and press Generate again."
)


def refuse_pasted(request: Request) -> None:
    """Raise `InvalidRequest` for a form whose prompt is such a text: its price and its size aren't those told."""
    if read_pasted(request.prompt):
        raise InvalidRequest([Problem("prompt", NOT_WORDS)])


def with_pasted(
    mode: Mode, values: Mapping[str, JsonValue], backend: Backend
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a script's values with the settings of such a text, and a sentence for each that was left out.

    What the script says itself, otherwise than by default, stays.
    """
    given = dict(values)
    prompt = given.get("prompt")
    found = read_pasted(prompt, backend.refuses_lora) if isinstance(prompt, str) else None
    if found is None:
        return given, ()
    fields, parameters = REQUEST_TYPES[mode].model_fields, parameters_of(mode)
    recipe = as_they_are(found.recipe)
    given["prompt"] = recipe.get("prompt", "")
    for name, value in recipe.items():
        usual = parameters[name].default if name in parameters else None
        if name not in ("mode", "prompt") and name in fields and given.get(name) in (None, usual):
            given[name] = value
    return given, tuple(f"{left.name} {left.value} was left out: {left.why}" for left in found.dropped)
