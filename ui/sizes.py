"""Width and height: presets of the backend, free numbers, and a swap."""

from dataclasses import dataclass
from math import gcd

import gradio as gr

from backend.capabilities import Capabilities, Size

OWN = "custom"


@dataclass(frozen=True, slots=True)
class SizeControls:
    """The controls of the result's size."""

    preset: gr.Dropdown
    width: gr.Number
    height: gr.Number
    swap: gr.Button
    known: gr.Textbox


def size_controls(capabilities: Capabilities) -> SizeControls:
    """Lay out the size row; its values are pixels."""
    default = capabilities.default_size
    preset = gr.Dropdown(
        choices=presets(capabilities),
        value=size_key(default.width, default.height),
        label="Size",
        filterable=False,
        elem_id="size",
        elem_classes=["field"],
    )
    with gr.Row(elem_id="sides"):
        width = gr.Number(value=default.width, precision=0, step=16, label="Width", elem_id="width", min_width=80)
        swap = gr.Button("⇄", elem_id="swap", size="sm", min_width=40, scale=0)
        height = gr.Number(value=default.height, precision=0, step=16, label="Height", elem_id="height", min_width=80)
    known = gr.Textbox(
        known_sizes(capabilities), visible="hidden", max_lines=1, label="Known sizes", elem_id="known-sizes"
    )
    return SizeControls(preset, width, height, swap, known)


def presets(capabilities: Capabilities) -> list[tuple[str, str]]:
    """Return the backend's sizes as choices, and one for a size of one's own."""
    sizes = capabilities.sizes or (capabilities.default_size,)
    return [(_label(size), size_key(size.width, size.height)) for size in sizes] + [("Custom", OWN)]


def known_sizes(capabilities: Capabilities) -> str:
    """Return the keys of the backend's presets as one text, which the browser looks a size up in."""
    return " ".join(key for _, key in presets(capabilities))


def size_key(width: float | None, height: float | None) -> str:
    """Return a size as a choice's value."""
    return f"{width:g}x{height:g}" if width and height else OWN


def ratio(width: int, height: int) -> str:
    """Return the shape of a size: `3:2`, and `≈` for one that is only near a common one."""
    common = gcd(width, height)
    across, down = width // common, height // common
    if max(across, down) <= 21:
        return f"{across}:{down}"
    near = min(_COMMON, key=lambda pair: abs(pair[0] / pair[1] - width / height))
    return f"≈ {near[0]}:{near[1]}"


_COMMON = ((1, 1), (5, 4), (4, 5), (4, 3), (3, 4), (3, 2), (2, 3), (16, 9), (9, 16), (21, 9), (9, 21))


def _label(size: Size) -> str:
    note = size.name or ratio(size.width, size.height)
    return f"{size.width} × {size.height}  ({note})"
