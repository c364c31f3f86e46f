"""From what a reader found to a recipe that this model can run; what can't be taken over is listed with its reason."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from backend.domain.errors import InvalidRequest, Problem
from backend.domain.parts import Lora
from backend.domain.recipes import Recipe, check_recipe
from backend.domain.request_fields import kind_of
from backend.domain.requests import REQUEST_TYPES, TextToImage
from backend.restore.family import profile_named
from backend.restore.found import Found, Restored
from backend.restore.reasons import HALF_A_SIZE, NAMED_BEFORE, NO_LORA, ODD_LORA, OTHER_MODE, ROUNDED, TOO_LONG, TUNED

_TUNED = {"steps": "Steps", "guidance": "CFG", "scheduler": "Scheduler", "shift": "Shift"}
_KINDS = {name: kind_of(info) for kind in REQUEST_TYPES.values() for name, info in kind.model_fields.items()}
_SIDE = 16
MOST_NAME = 200
"""Characters of a model's name that are shown."""
MOST_PROMPT = 3000
"""Characters, as the request has it."""

RefusesLora = Callable[[Lora], str | None]
"""Says why a LoRA can't be used, or None where it can."""


def no_lora(lora: Lora) -> str | None:  # noqa: ARG001 - has the shape of those that look at it
    """Refuse every LoRA, where no backend is there to say."""
    return NO_LORA


def fit(found: Found, refuses: RefusesLora = no_lora) -> Restored:
    """Return the recipe of what was found; every value passes the request's own ranges, and every LoRA `refuses`."""
    profile = profile_named(found)
    _leave_tuning(found, profile)
    _take_loras(found, refuses)
    values = {name: _plain(name, value) for name, value in found.values.items()}
    _round_sides(found, values)
    _shorten(found, values)
    kind = REQUEST_TYPES.get(values.get("mode", "text_to_image"), TextToImage)
    for name in [name for name in values if name not in kind.model_fields]:
        found.drop(name, values.pop(name), OTHER_MODE)
    recipe = _checked(found, values)
    model = found.model[:MOST_NAME] if profile and found.model else None
    return Restored(found.source, recipe, tuple(found.dropped), model=model, profile=profile, told=frozenset(values))


def _checked(found: Found, values: dict[str, Any]) -> Recipe:
    """Drop what the request type refuses until the rest stands."""
    while True:
        try:
            return check_recipe(values)
        except InvalidRequest as error:
            wrong = [problem for problem in error.problems if _field(problem) in values]
            if not wrong:
                for name in [name for name in values if name not in ("mode", "prompt")]:
                    found.drop(name, values.pop(name), str(error))
                if not set(values) - {"mode"}:
                    return check_recipe({})
                values.pop("prompt", None)
            for name in {_field(problem) for problem in wrong}:
                why = next(problem.message for problem in wrong if _field(problem) == name)
                found.drop(name, values.pop(name), f"It {why}")


def _field(problem: Problem) -> str:
    return problem.field.split(".")[0]


def _leave_tuning(found: Found, profile: str | None) -> None:
    """Leave out what is tuned to a model that is no Z-Image: its steps and guidance would only spoil the image.

    Those of any kind of Z-Image are kept: where another kind draws, the page says so.
    """
    if profile or not found.model:
        return
    for name, shown in _TUNED.items():
        if name in found.values:
            why = TUNED.format(str(found.model)[:60])
            found.drop(shown, found.values.pop(name), why)


def _take_loras(found: Found, refuses: RefusesLora) -> None:
    taken: dict[str, Lora] = {}
    for name, weight in found.loras:
        try:
            lora = Lora(model=name, weight=weight)
            why = NAMED_BEFORE if name in taken else refuses(lora)
        except ValidationError:
            why = ODD_LORA
        if why:
            found.drop("lora", f"{name}: {weight}", why)
        else:
            taken[name] = lora
    if taken:
        found.values["loras"] = [lora.model_dump() for lora in taken.values()]


def _plain(name: str, value: Any) -> Any:
    """Return numbers as numbers: many tools write them as text."""
    if isinstance(value, str):
        value = value[:20_000]
    try:
        if _KINDS.get(name) is int and not isinstance(value, bool):
            return int(value) if not isinstance(value, float) else round(value)
        if _KINDS.get(name) is float and not isinstance(value, bool):
            return float(value)
    except (TypeError, ValueError, OverflowError):
        pass
    return value


def _shorten(found: Found, values: dict[str, Any]) -> None:
    for name in ("prompt", "negative_prompt"):
        text = values.get(name)
        if text is not None and not (isinstance(text, str) and text.strip()):
            del values[name]
        elif text is not None and len(text) > MOST_PROMPT:
            found.drop(name, f"{len(text)} characters", TOO_LONG.format(MOST_PROMPT))
            values[name] = text[:MOST_PROMPT]


def _round_sides(found: Found, values: dict[str, Any]) -> None:
    sides = [values.get(name) for name in ("width", "height")]
    if all(isinstance(side, int) for side in sides):
        fitting = [round(side / _SIDE) * _SIDE for side in sides if isinstance(side, int)]
        if fitting != sides:
            given, taken = (f"{pair[0]}×{pair[1]}" for pair in (sides, fitting))
            found.drop("Size", given, ROUNDED.format(_SIDE, taken))
        values["width"], values["height"] = fitting
    else:
        for name in ("width", "height"):
            if name in values:
                found.drop(name, values.pop(name), HALF_A_SIZE)
