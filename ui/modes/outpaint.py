"""Outpaint: what each side adds, in pixels; the easel shows the frame and has handles for it."""

import gradio as gr
from gradio.components import Component

from ui.modes.fields import Fitted, own_fields

HINT = (
    "Continues a picture beyond its edges: drag a side, or give pixels. The picture itself stays as it is "
    "(in PNG; JPEG and WebP change it a little)."
)
SIDES = ("left", "right", "top", "bottom")
STEP = 16


def layout(fitted: Fitted) -> dict[str, Component]:
    """Lay out the four sides, and what happens at the seam."""
    with gr.Row(elem_classes=["pair"]):
        fields = own_fields(fitted, "outpaint", *SIDES, **{side: {"step": STEP} for side in SIDES})
    with gr.Row(elem_classes=["pair"]):
        fields |= own_fields(fitted, "outpaint", "overlap", "feather", overlap={"info": None}, feather={"info": None})
    return fields | own_fields(fitted, "outpaint", "fill")
