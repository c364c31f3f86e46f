"""The accelerator options: one cache or none, that cache's own numbers, and the steps in which it may act."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from backend.cache_rules import CACHES
from backend.capabilities import Capabilities
from backend.request_parts import Accelerator
from ui.controls import control, shown

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


@dataclass(frozen=True, slots=True)
class AcceleratorArea:
    """The components of the options; `controls` by the name of their value."""

    box: gr.Column
    controls: dict[str, Component]


def accelerator_area(capabilities: Capabilities) -> AcceleratorArea:
    """Lay out the options; the style sheet shows the numbers of the chosen cache."""
    fields = Accelerator.model_fields
    choices = [("none", NONE), *((str(fields[name].title), name) for name in CACHES)]
    with gr.Column(visible=_takes(capabilities), elem_id=NAME) as box:
        info = "Takes over what hardly changes between steps: faster, and not quite the same picture."
        cache = gr.Dropdown(choices, value=NONE, label="Cache", info=info, filterable=False, elem_id="cache")
        made: dict[str, Component] = {CACHE: cache}
        for name, own in CACHES.items():
            made |= _group(name, own)
        made |= _group("every", EVERY)
    return AcceleratorArea(box, made)


def read_accelerator(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were chosen; the numbers of a cache that is off have no visible control and stay out."""
    cache = raw.get(CACHE)
    if not isinstance(cache, str) or cache not in CACHES:
        return {}
    given = {name: raw.get(_key(name)) for name in (*CACHES[cache], *EVERY)}
    return {cache: True, **{name: value for name, value in given.items() if value not in (None, "")}}


def show_accelerator(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the controls hold for these options."""
    cache = next((name for name in CACHES if options.get(name)), NONE)
    fields = {name: info for name, info in Accelerator.model_fields.items() if name not in CACHES}
    held = {_key(name): shown(name, options.get(name, info.default)) for name, info in fields.items()}
    return {CACHE: cache, **held}


def fit_accelerator(capabilities: Capabilities) -> dict[str, Any]:
    """Return the update that shows the options where the backend has them."""
    update: dict[str, Any] = gr.update(visible=_takes(capabilities))
    return update


def _takes(capabilities: Capabilities) -> bool:
    return NAME not in capabilities.lacks


def _group(name: str, fields: tuple[str, ...]) -> dict[str, Component]:
    with gr.Row(elem_classes=["pair", "of-cache", name]):
        return {_key(each): control(each, Accelerator.model_fields[each]) for each in fields}


def _key(name: str) -> str:
    return f"{NAME}__{name}"
