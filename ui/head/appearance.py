"""The switch between the light look, the dark one, and whichever the visitor's system has."""

import gradio as gr

from ui.events.options import on_load

_BUTTON = '<button type="button"></button>'


def appearance_switch() -> gr.HTML:
    """Lay out the button; the browser keeps what was chosen, and begins with the system's."""
    return gr.HTML(_BUTTON, elem_id="appearance", js_on_load=on_load("appearance"), apply_default_css=False)
