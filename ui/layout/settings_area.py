"""The settings: each mode's own controls, the sheet that all modes share, and what a visitor keeps."""

from dataclasses import dataclass

import gradio as gr
from gradio.components import Component

from backend.domain.requests import Mode
from backend.library.shipped import Presets
from backend.playground import Playground
from ui.experiments.batch_area import BatchArea, batch_area
from ui.form.backend_note import note_html
from ui.form.further_controls import further_controls
from ui.form.reading import MARK, fit
from ui.inputs.lora_picker import lora_picker
from ui.layout.settings_panel import settings_sheet
from ui.library.lists import ListShelfArea, list_shelf_area
from ui.library.presets import LibraryArea, library_area, styles_control
from ui.library.styles import StyleShelfArea, style_shelf_area
from ui.modes import TABS
from ui.modes.fields import Fitted


@dataclass(frozen=True, slots=True)
class SettingsArea:
    """The components of the settings; `sheet` is one of them by the name of each value on it."""

    own: dict[str, Component]
    modes: dict[Mode, gr.Column]
    controls: gr.HTML
    note: gr.HTML
    sheet: dict[str, Component]
    batch: BatchArea
    library: LibraryArea
    styles: StyleShelfArea
    lists: ListShelfArea

    def fitted(self) -> dict[str, Component]:
        """Return every control that is fitted to a backend, by the name of its value."""
        return {**{name: control for name, control in self.own.items() if MARK in name}, **self.sheet}


def settings_area(playground: Playground, presets: Presets) -> SettingsArea:
    """Lay out the settings, fitted to the backend chosen at start."""
    chosen = playground.choose("auto").capabilities
    first, _ = fit(chosen, {})
    with gr.Column(elem_id="settings", min_width=280):
        own, modes = _own_fields(first)
        controls = further_controls(chosen)
        said = note_html(chosen)
        note = gr.HTML(said, elem_id="fit-note", visible=bool(said), apply_default_css=False)
        styles = styles_control(presets.styles)
        sheet = settings_sheet(playground, first)
        lora_picker(playground)
        batch = batch_area(playground)
        library = library_area(styles)
        return SettingsArea(
            own, modes, controls, note, sheet, batch, library, style_shelf_area(), list_shelf_area(list(presets.lists))
        )


def _own_fields(fitted: Fitted) -> tuple[dict[str, Component], dict[Mode, gr.Column]]:
    """Lay out each mode's own controls; the browser makes them at the first visit, then the style sheet shows them."""
    made: dict[str, Component] = {}
    columns: dict[Mode, gr.Column] = {}
    for mode, tab in TABS.items():
        with gr.Column(elem_id=f"own-{mode}", elem_classes=["own"], visible=False) as columns[mode]:
            made |= tab.layout(fitted)
    return made, columns
