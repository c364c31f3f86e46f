"""Variables in a prompt: `{{name}}` is a place that a small form, or a program's `variables`, fills.

A name has letters, digits, `_`, `-` and single blanks inside. What fills it stands there letter by letter: choices
and lists in a value are only signs. A backslash before the first brace makes it an ordinary sign, as elsewhere.
"""

import re
from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from backend.domain.errors import InvalidRequest, Problem, from_validation
from backend.domain.requests import Request, parse_request

Values = Mapping[str, str]
"""What is filled in, by the names of the places."""
MOST_NAME = 40
MOST_VALUE = 1000
"""Characters of a name and of what is filled in."""
MOST_VARIABLES = 20
_PLACE = re.compile(rf"\\[\\{{|}}_]|\{{\{{ {{0,3}}([^\W_](?:[\w-]| (?! )){{0,{MOST_NAME - 1}}}?) {{0,3}}\}}\}}")
"""An escaped sign, which is passed by, or a place; the braces of JSON and of choices are none."""
_SIGN = re.compile(r"[{|}\\]|\A_|(?<=_)_|_(?=_|\Z)")
"""What a value may hold that means something in a prompt, or could together with what stands around it."""
PROMPTS = ("prompt", "negative_prompt")


def names_in(*texts: str) -> tuple[str, ...]:
    """Return the names of the places in these texts, each once, in reading order."""
    return tuple(dict.fromkeys(found[1] for text in texts for found in _PLACE.finditer(text) if found[1]))


def fill(text: str, values: Values) -> str:
    """Return the text with the values in their places; a place without one stays as it is."""
    return _PLACE.sub(lambda found: _filled(found, values), text)


def fill_text(text: str, values: Values, *, field: str, partly: bool = False) -> str:
    """Return a text of a field, such as a grid's axis, with its places filled, as `fill_request` does."""
    _check(names_in(text), values, field=field, partly=partly)
    return fill(text, values)


def fill_request(request: Request, values: Values, *, partly: bool = False) -> Request:
    """Return the request with its places filled; with `partly`, as for a price, those without a value stay.

    Raises `InvalidRequest` for a place without a value, and where a prompt grows too long.
    """
    texts = {name: getattr(request, name) for name in PROMPTS}
    named = names_in(*texts.values())
    if not named:
        return request
    _check(named, values, field="prompt", partly=partly)
    try:
        return parse_request({**request.model_dump(), **{name: fill(text, values) for name, text in texts.items()}})
    except ValidationError as error:
        raise from_validation(error) from error


def read_variables(given: object) -> dict[str, str]:
    """Read what a program fills in: an object of names with a text or a number each, or None for none.

    Raises `InvalidRequest` for anything else.
    """
    if given is None:
        return {}
    if not isinstance(given, dict) or not all(_is_value(value) for value in given.values()):
        raise InvalidRequest([Problem("variables", 'must be an object of names and texts, such as {"animal": "fox"}.')])
    values = {str(name).strip(): str(value) for name, value in given.items()}
    long = next((name for name, value in values.items() if len(value) > MOST_VALUE), None)
    if long is not None:
        raise InvalidRequest([Problem("variables", f"has {long[:MOST_NAME]!r}, longer than {MOST_VALUE} characters.")])
    return values


def refuse_unknown(values: Iterable[str], request: Request) -> None:
    """Raise `InvalidRequest` for a value that no place of the request's prompts takes, naming it."""
    named = names_in(*(getattr(request, name) for name in PROMPTS))
    unknown = next((name for name in values if name not in named), None)
    if unknown is not None:
        known = ", ".join(f"{{{{{name}}}}}" for name in named) or "none"
        message = f"has {unknown[:MOST_NAME]!r}, which no prompt names; the places there are: {known}."
        raise InvalidRequest([Problem("variables", message)])


def _check(named: Iterable[str], values: Values, *, field: str, partly: bool) -> None:
    many = list(named)
    if len(many) > MOST_VARIABLES:
        raise InvalidRequest([Problem(field, f"has {len(many)} variables; at most {MOST_VARIABLES} are filled.")])
    empty = [name for name in many if not values.get(name, "").strip()]
    if empty and not partly:
        shown = f"{{{{{empty[0]}}}}}"
        way = f"Write \\{shown} to mean the braces themselves."
        raise InvalidRequest([Problem(field, f"has {shown}, which is not filled in; give it a value. {way}")])


def _filled(found: "re.Match[str]", values: Values) -> str:
    value = values.get(found[1] or "", "")
    return _SIGN.sub(r"\\\g<0>", value.strip()) if value.strip() else found[0]


def _is_value(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)
