"""The accelerator options: one cache or none, that cache's own numbers, and the steps in which it may act."""

from collections.abc import Mapping

from markupsafe import Markup
from pydantic import JsonValue

from backend.adapters.step_cache_rules import CACHES
from backend.domain.parts import Accelerator
from ui.inputs.cells import Cell, cell, select
from ui.inputs.widgets import shown

NAME = "accelerator"
CACHE = f"{NAME}__cache"
NONE = "none"
EVERY = (
    "cache_start_step",
    "cache_start_step_percentage",
    "cache_end_step",
    "cache_end_step_percentage",
    "cache_max_consecutive_steps",
)
_GROUPS = {**CACHES, "every": EVERY}
_GROUP = Markup('<div class="pair of-cache {}">{}</div>')


def accelerator_cells() -> tuple[list[Cell], Markup]:
    """Return the options' inputs, and their HTML: the style sheet shows the numbers of the chosen cache."""
    fields = Accelerator.model_fields
    choices = {NONE: "none", **{name: str(fields[name].title) for name in CACHES}}
    about = "Takes over what hardly changes between steps: faster, and not quite the same picture."
    cache = select(CACHE, "Cache", about, choices, at="cache")
    groups = {name: [cell(_key(each), each, fields[each]) for each in own] for name, own in _GROUPS.items()}
    pairs = [_GROUP.format(name, Markup("").join(each.html for each in group)) for name, group in groups.items()]
    cells = [cache, *(each for group in groups.values() for each in group)]
    return cells, Markup("").join([cache.html, *pairs])


def read_accelerator(raw: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the options that were chosen; the numbers of a cache that is off have no visible control and stay out."""
    cache = raw.get(CACHE)
    if not isinstance(cache, str) or cache not in CACHES:
        return {}
    given = {name: raw.get(_key(name)) for name in (*CACHES[cache], *EVERY)}
    return {cache: True, **{name: value for name, value in given.items() if value not in (None, "")}}


def show_accelerator(options: Mapping[str, JsonValue]) -> dict[str, object]:
    """Return what the controls hold for these options."""
    cache = next((name for name in CACHES if options.get(name)), NONE)
    fields = {name: info for name, info in Accelerator.model_fields.items() if name not in CACHES}
    held = {_key(name): shown(name, options.get(name, info.default)) for name, info in fields.items()}
    return {CACHE: cache, **held}


def _key(name: str) -> str:
    return f"{NAME}__{name}"
