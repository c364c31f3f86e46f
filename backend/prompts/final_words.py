"""Words that were drawn or filled in already, written for what reads prompts: the form, a link, a program's request."""

from collections.abc import Mapping
from typing import Any

from backend.prompts.grammar import escaped
from backend.prompts.variables import PROMPTS


def as_they_are(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request's values whose prompts are read letter by letter: no choice, list or variable is in them."""
    texts = {name: values[name] for name in PROMPTS if isinstance(values.get(name), str)}
    return {**values, **{name: escaped(text) for name, text in texts.items()}}
