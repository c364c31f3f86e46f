"""Makes the form what the chosen backend takes, and says what changed and what is lacking."""

from collections.abc import Mapping
from typing import Any

import gradio as gr

from backend.capabilities import Size
from backend.playground import Playground
from backend.requests import Mode
from ui.accelerator import fit_accelerator
from ui.form import fit
from ui.notes import note_html
from ui.settings_area import SettingsArea, has_options
from ui.sizes import known_sizes, presets, size_key


class Fitting:
    """Answers a change of backend."""

    def __init__(self, playground: Playground, tabs: Mapping[Mode, gr.Tab], settings: SettingsArea) -> None:
        self.playground = playground
        self.tabs = tabs
        self.settings = settings

    def outputs(self) -> list[Any]:
        """Return what `fit` changes."""
        settings = self.settings
        return [
            *settings.fitted().values(),
            *settings.groups.values(),
            *self.tabs.values(),
            settings.size.preset,
            settings.size.known,
            settings.note,
            settings.controls,
            settings.accelerator.box,
        ]

    def fit(self, backend: str, **values: Any) -> dict[Any, Any]:
        """Return the updates that fit the form to a backend."""
        chosen = self.playground.choose(backend)
        can = chosen.capabilities
        changes, said = fit(can, values)
        controls = self.settings.fitted()
        updates: dict[Any, Any] = {
            controls[name]: gr.update(**change) for name, change in changes.items() if name in controls
        }
        for mode, tab in self.tabs.items():
            updates[tab] = gr.update(interactive=mode in can.modes)
        for name, group in self.settings.groups.items():
            updates[group] = gr.update(visible=name == backend and has_options(can))
        chosen_size = size_key(values.get("width"), values.get("height"))
        if chosen_size in [
            size_key(*_sides(each.capabilities.default_size)) for each in self.playground.backends.values()
        ]:
            # Nobody chose it: another model begins with a size of its own.
            sides = _sides(can.default_size)
            chosen_size = size_key(*sides)
            for name, side in zip(("width", "height"), sides, strict=True):
                updates[controls[name]] = gr.update(value=side)
        offered = presets(can)
        known = chosen_size if chosen_size in [value for _, value in offered] else "custom"
        updates[self.settings.size.preset] = gr.update(choices=offered, value=known)
        updates[self.settings.size.known] = known_sizes(can)
        note = note_html(can, said)
        updates[self.settings.controls] = gr.update(most=can.most_controls)
        updates[self.settings.accelerator.box] = fit_accelerator(can)
        updates[self.settings.note] = gr.update(value=note, visible=bool(note))
        return updates


def _sides(size: Size) -> tuple[int, int]:
    return size.width, size.height
