"""ControlNet: what of the picture is followed, how tightly, and in which part of the steps."""

import gradio as gr
from gradio.components import Component

from ui.events.options import on_load
from ui.modes.fields import Fitted, own_fields

HINT = (
    "Follows the structure of a picture: canny for lines, depth for space, pose for figures, none for a map you have. "
    "A lower scale leaves the words more room; an end before 1 lets detail come late."
)


def layout(fitted: Fitted) -> dict[str, Component]:
    """Lay out the preprocessing with its thresholds and its preview, the scale, and the window of steps."""
    with gr.Row(elem_id="preprocess-row"):
        fields = own_fields(fitted, "controlnet", "preprocess", preprocess={"info": None})
        fields["show_control"] = gr.Button("Show the map", elem_id="show-control", size="sm", scale=0, min_width=0)
        fields["stop_map"] = gr.Button("Stop", elem_id="stop-map", size="sm", scale=0, min_width=0, visible=False)
    with gr.Row(elem_classes=["pair", "span"], elem_id="thresholds"):
        levels = {"low_threshold": {"info": None}, "high_threshold": {"info": None}}
        fields |= own_fields(fitted, "controlnet", "low_threshold", "high_threshold", **levels)
    fields["buy_map"] = gr.Button("", elem_id="buy-map", size="sm", scale=0, min_width=0, visible=False)
    script = on_load("control_map", "use")
    fields["control_map"] = gr.HTML("", elem_id="control-map", js_on_load=script, apply_default_css=False)
    with gr.Row(elem_id="effect-row"):
        fields["offer_check"] = gr.Button("Does it work here?", elem_id="offer-check", size="sm", scale=0, min_width=0)
        fields["run_check"] = gr.Button("", elem_id="run-check", size="sm", scale=0, min_width=0, visible=False)
    fields["effect"] = gr.HTML("", elem_id="effect", apply_default_css=False)
    fields |= own_fields(fitted, "controlnet", "control_scale", control_scale={"info": None})
    with gr.Row(elem_classes=["pair", "span"], elem_id="window-of-steps"):
        ends = {"control_start": {"info": None, "label": "Start"}, "control_end": {"info": None, "label": "End"}}
        fields |= own_fields(fitted, "controlnet", "control_start", "control_end", **ends)
    return fields
