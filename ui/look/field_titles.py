"""Fields as the page names them: an error speaks of "Width" there, and of `width` to a script."""

import re
from collections.abc import Mapping
from functools import cache

from backend.domain.errors import InvalidRequest, PlaygroundError, Problem
from backend.domain.parts import Accelerator, Control, Detail, Lora, Part
from backend.domain.requests import REQUEST_TYPES

_PARTS: Mapping[str, type[Part]] = {
    "loras": Lora,
    "controls": Control,
    "details": Detail,
    "accelerator": Accelerator,
}
_ELSEWHERE: Mapping[str, str] = {"axes": "Grid", "axis": "Grid", "size": "Size", "prompt words": "Prompt words"}
"""What the page calls values that are no field of a request."""
_NAMED = re.compile(r"`(\w+)`")


def field_title(path: str) -> str:
    """Return a field's path (`controls.1.image`) in the page's words; entries count from 1.

    A backend's own options stand among the other settings there, so theirs have no heading before them.
    """
    parts = path.removeprefix("options.").split(".")
    titles = _titles() | (_titles_of(_PARTS[parts[0]]) if parts[0] in _PARTS else {})
    return " › ".join(
        str(int(part) + 1) if part.isdecimal() else titles.get(part) or _ELSEWHERE.get(part) or _spelled(part)
        for part in parts
    )


def in_page_words(text: str) -> str:
    """Return a sentence in which fields between back-ticks have the page's names; other code stays code."""
    titles = _every_title()
    return _NAMED.sub(lambda named: titles.get(named[1], named[0]), text)


def error_text(error: PlaygroundError) -> str:
    """Return an error for a message on the page, a line a field."""
    if not isinstance(error, InvalidRequest):
        return in_page_words(str(error))
    return "\n".join(problem_text(problem) for problem in error.problems)


def problem_text(problem: Problem) -> str:
    """Return one wrong value in a line; a mode's own sentence names it already."""
    title, message = field_title(problem.field), in_page_words(problem.message)
    return f"{title}: {message}" if title and problem.field != "mode" else message


def _spelled(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _titles_of(kind: type[Part]) -> dict[str, str]:
    return {name: info.title for name, info in kind.model_fields.items() if info.title}


@cache
def _titles() -> dict[str, str]:
    # Backwards, so that of two modes' titles for one field the first mode's stays.
    kinds = reversed(REQUEST_TYPES.values())
    return {name: title for kind in kinds for name, title in _titles_of(kind).items()}


@cache
def _every_title() -> dict[str, str]:
    return {name: title for kind in _PARTS.values() for name, title in _titles_of(kind).items()} | _titles()
