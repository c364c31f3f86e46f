"""Inpaint: how the mask is taken; the mask itself is drawn on the easel."""

import gradio as gr
from gradio.components import Component

from ui.modes.fields import Fitted, own_fields

HINT = (
    "Paints the masked part anew and keeps the rest to the pixel (in PNG; JPEG and WebP change it a little). "
    "To redraw everything, use image to image."
)


_SHORT: dict[str, dict[str, str]] = {"mask_grow": {"label": "Grow (px)"}, "mask_feather": {"label": "Feather (px)"}}


def layout(fitted: Fitted) -> dict[str, Component]:
    """Lay out strength and what happens at the mask's edge."""
    fields = own_fields(fitted, "inpaint", "strength")
    with gr.Row(elem_classes=["pair"]):
        fields |= own_fields(fitted, "inpaint", "mask_grow", "mask_feather", **_SHORT)
    return fields | own_fields(fitted, "inpaint", "mask_margin")
