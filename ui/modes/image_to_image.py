"""Image to image: how much of the picture may change, in numbers and in words."""

import gradio as gr
from gradio.components import Component

from ui.modes.enlarging import BUTTON
from ui.modes.fields import Fitted, own_fields

HINT = "Redraws a picture after your words. To keep its lines exactly, ControlNet serves better."


def layout(fitted: Fitted) -> dict[str, Component]:
    """Lay out strength, with what it does in words, and how the picture gets its size."""
    fields = own_fields(fitted, "image_to_image", "strength", strength={"info": None})
    gr.HTML('<p class="in-words" id="strength-words"></p>', apply_default_css=False)
    fields |= own_fields(fitted, "image_to_image", "resize")
    gr.HTML(str(BUTTON), apply_default_css=False)
    return fields
