"""The bar of modes over the form, which all of them share."""

from collections.abc import Mapping
from dataclasses import dataclass

import gradio as gr

from backend.domain.capabilities import Capabilities
from backend.domain.requests import MODE_LABELS, Mode
from ui.events.options import js_call
from ui.events.wires import Wires
from ui.modes import TABS


def mode_bar(capabilities: Capabilities) -> tuple[gr.Tabs, dict[Mode, gr.Tab]]:
    """Lay out the bar; a mode that the backend lacks can't be opened."""
    made: dict[Mode, gr.Tab] = {}
    with gr.Tabs(elem_id="modes", overflow_behavior="wrap") as bar:
        for mode in TABS:
            label, able = MODE_LABELS[mode], mode in capabilities.modes
            made[mode] = gr.Tab(label, id=mode, elem_id=f"tab-{mode}", interactive=able)
    return bar, made


@dataclass(frozen=True, slots=True)
class ModeBar:
    """Opens a mode, in the browser alone; `own` are the modes' own controls, made when a mode is first opened."""

    bar: gr.Tabs
    own: Mapping[Mode, gr.Column]

    def connect(self, wires: Wires) -> None:
        """Wire the tabs."""
        shown = [wires.values["mode"], *(self.own[mode] for mode in TABS)]
        self.bar.change(None, None, shown, js=js_call("choose_mode"))
