"""One flat JSON object as settings: what many tools write, each by its own names."""

import re
from collections.abc import Mapping
from typing import Any

from backend.restore.found import Found
from backend.restore.prompt_marks import without_marks
from backend.restore.reasons import NO_SCHEDULER, NO_SETTING
from backend.restore.samplers import scheduler_of

_SIDES = re.compile(r"\D{0,3}(\d{1,6})\s{0,2}[x×*,]\s{0,2}(\d{1,6})\D{0,20}\Z")


def flat_values(source: str, values: Mapping[str, Any], names: Mapping[str, str], tool: set[str]) -> Found:
    """Take over what has a name here, and list the rest but what names the tool and its files."""
    found = Found(source)
    found.take(values, names)
    for field in ("prompt", "negative_prompt"):
        if isinstance(found.values.get(field), str):
            found.values[field] = without_marks(found, found.values[field])
    found.drop_rest(values, {*names, *tool}, NO_SETTING)
    return found


def text_of(value: Any) -> str | None:
    """Return a text that says something."""
    return value if isinstance(value, str) and value else None


def take_size(found: Found, value: Any) -> None:
    """Take over width and height out of one text: `832 x 1216`, `(1152, 896)`."""
    sides = _SIDES.match(value[:40]) if isinstance(value, str) else None
    if sides:
        found.values |= {"width": sides[1], "height": sides[2]}


def take_scheduler(found: Found, sampler: Any, schedule: Any) -> None:
    """Take over a sampler with its schedule, or list both."""
    if not isinstance(sampler, str) or not sampler:
        return
    ours = scheduler_of(sampler, schedule if isinstance(schedule, str) else "")
    if ours:
        found.values["scheduler"] = ours
    else:
        found.drop("sampler", f"{sampler} {schedule or ''}".strip(), NO_SCHEDULER)
