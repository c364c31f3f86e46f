"""The settings: one control a request field, and the backends' own options, made from their types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component
from pydantic.fields import FieldInfo

from backend.capabilities import Capabilities
from backend.playground import Playground
from backend.presets import Presets
from backend.requests import Mode
from ui.accelerator import AcceleratorArea, accelerator_area
from ui.controls import control
from ui.entries import entries, part_of
from ui.form import MARK, SHARED, fit
from ui.further_controls import further_controls
from ui.grid_area import GridArea, grid_area
from ui.library_area import LibraryArea, library_area
from ui.list_shelf import ListShelfArea, list_shelf_area
from ui.notes import note_html
from ui.sizes import SizeControls, size_controls
from ui.style_shelf import StyleShelfArea, style_shelf_area
from ui.tabs import TABS
from ui.tabs.fields import Fitted

BASIC = ("steps", "count")
FINE = (
    "variation_strength",
    "variation_seed",
    "guidance",
    "negative_prompt",
    "shift",
    "scheduler",
    "prompt_expansion",
    "safety",
)
EXTRA = ("loras", "acceleration")
_TERSE: Mapping[str, Mapping[str, object]] = {
    "steps": {"info": None},
    "count": {"info": None},
    "seed": {"info": None},
    "loras": {"info": "One a line: the file, hub id or identifier, then @ and the weight.", "lines": 2},
}
FILE = ("output_format", "output_quality")


@dataclass(frozen=True, slots=True)
class SettingsArea:
    """The components of the settings."""

    own: dict[str, Any]
    modes: dict[Mode, gr.Column]
    fields: dict[str, Any]
    options: dict[str, Any]
    groups: dict[str, gr.Column]
    size: SizeControls
    dice: gr.Button
    reuse: gr.Button
    note: gr.HTML
    keep_size: gr.Checkbox
    controls: gr.HTML
    accelerator: AcceleratorArea
    library: LibraryArea
    styles: StyleShelfArea
    lists: ListShelfArea
    grid: GridArea

    def fitted(self) -> dict[str, Any]:
        """Return every control that is fitted to a backend, by the name of its value."""
        return {**self.fields, **{name: control for name, control in self.own.items() if MARK in name}}


def settings_area(playground: Playground, presets: Presets) -> SettingsArea:
    """Lay out the settings, fitted to the backend chosen at start."""
    chosen = playground.choose("auto")
    first, _ = fit(chosen.capabilities, {})
    with gr.Column(elem_id="settings", min_width=280):
        own, modes = _own_fields(first)
        controls = further_controls(chosen.capabilities)
        said = note_html(chosen.capabilities)
        note = gr.HTML(said, elem_id="fit-note", visible=bool(said), apply_default_css=False)
        keep_size = gr.Checkbox(True, label="Keep the picture's size", elem_id="keep-size")
        size = size_controls(chosen.capabilities)
        fields: dict[str, Component] = {"width": size.width, "height": size.height}
        with gr.Row(elem_classes=["pair"]):
            fields |= _fields(BASIC, first)
        with gr.Row(elem_id="seed-row"):
            fields |= _fields(("seed",), first)
            dice = gr.Button("Random", elem_id="dice", size="sm", min_width=0, scale=0)
            reuse = gr.Button("Reuse", elem_id="reuse", size="sm", min_width=0, scale=0)
        library = library_area(presets.styles)
        own_styles, lists = style_shelf_area(), list_shelf_area(list(presets.lists))
        with gr.Accordion("Fine tuning", open=False, elem_classes=["fold"]):
            fields |= _fields(FINE, first)
        with gr.Accordion("LoRAs and acceleration", open=False, elem_classes=["fold"]):
            fields |= _fields(EXTRA, first)
            accelerator = accelerator_area(chosen.capabilities)
        grid = grid_area()
        with gr.Accordion("File", open=False, elem_classes=["fold"]):
            fields |= _fields(FILE, first)
        options, groups = _options(playground, chosen.name)
    return SettingsArea(
        own,
        modes,
        fields,
        options,
        groups,
        size,
        dice,
        reuse,
        note,
        keep_size,
        controls,
        accelerator,
        library,
        own_styles,
        lists,
        grid,
    )


def _fields(names: tuple[str, ...], fitted: Mapping[str, Mapping[str, object]]) -> dict[str, Component]:
    made: dict[str, Component] = {}
    for name in names:
        made[name] = control(name, SHARED[name], fitted={**fitted.get(name, {}), **_TERSE.get(name, {})})
    return made


def _own_fields(fitted: Fitted) -> tuple[dict[str, Any], dict[Mode, gr.Column]]:
    """Lay out each mode's own controls; the browser makes them at the first visit, then the style sheet shows them."""
    made: dict[str, Any] = {}
    columns: dict[Mode, gr.Column] = {}
    for mode, tab in TABS.items():
        with gr.Column(elem_id=f"own-{mode}", elem_classes=["own"], visible=False) as columns[mode]:
            made |= tab.layout(fitted)
    return made, columns


def _options(playground: Playground, chosen: str) -> tuple[dict[str, Component], dict[str, gr.Column]]:
    made: dict[str, Component] = {}
    groups: dict[str, gr.Column] = {}
    for backend in playground.backends.values():
        fields = backend.capabilities.options.model_fields
        with gr.Column(visible=backend.name == chosen and bool(fields)) as group:
            groups[backend.name] = group
            with gr.Accordion(f"Only {backend.label}", open=False, elem_classes=["fold"]):
                for name, info in fields.items():
                    key = f"{backend.name}{MARK}{name}"
                    made[key] = _option(name, info, prefix=f"{backend.name}-")
    return made, groups


def _option(name: str, info: FieldInfo, *, prefix: str) -> Component:
    part = part_of(info)
    return entries(info, part, elem_id=f"{prefix}{name}") if part else control(name, info, prefix=prefix)


def has_options(capabilities: Capabilities) -> bool:
    """Whether a backend has options of its own."""
    return bool(capabilities.options.model_fields)
