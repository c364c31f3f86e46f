"""Outpaint: what each side adds, in pixels; the easel shows the frame and has handles for it."""

from typing import Any

import gradio as gr

from ui.tabs.fields import own_fields

HINT = "Continues a picture beyond its edges: drag a side, or give pixels. The picture itself stays as it is."
SIDES = ("left", "right", "top", "bottom")
STEP = 16

_SHAPES = (
    '<div class="shapes" role="group" aria-label="Grow to">'
    '<button type="button" data-shape="16:9">16:9</button><button type="button" data-shape="9:16">9:16</button>'
    '<button type="button" data-shape="1:1">Square</button>'
    '<button type="button" data-shape="x1.5">Zoom out 1.5×</button>'
    '<button type="button" data-shape="x2">Double</button><button type="button" data-shape="x1">Reset</button></div>'
)
_SHAPES_JS = """
element.addEventListener('click', event => {
  const shape = event.target.closest('[data-shape]');
  if (shape) window.playground_easel.grow(shape.dataset.shape);
});
"""


def layout() -> dict[str, Any]:
    """Lay out shapes to grow to, the four sides, and what happens at the seam."""
    gr.HTML(_SHAPES, js_on_load=_SHAPES_JS, apply_default_css=False)
    with gr.Row(elem_classes=["pair"]):
        fields = own_fields("outpaint", *SIDES, **{side: {"step": STEP} for side in SIDES})
    with gr.Row(elem_classes=["pair"]):
        fields |= own_fields("outpaint", "overlap", "feather", overlap={"info": None}, feather={"info": None})
    return fields | own_fields("outpaint", "fill")
