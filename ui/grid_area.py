"""Where a grid is asked for: two fields, their values, and the price of the whole."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from backend.grid.axes import axis_fields


@dataclass(frozen=True, slots=True)
class GridArea:
    """The components of the grid's fold."""

    across: gr.Dropdown
    across_values: gr.Textbox
    down: gr.Dropdown
    down_values: gr.Textbox
    price: gr.HTML
    run: gr.Button

    def values(self) -> dict[str, Any]:
        """Return the controls that a grid is read from."""
        return {
            "across": self.across,
            "across_values": self.across_values,
            "down": self.down,
            "down_values": self.down_values,
        }


def grid_area() -> GridArea:
    """Lay out the grid's fold."""
    fields = axis_fields("text_to_image")
    with gr.Accordion("Grid", open=False, elem_classes=["fold"], elem_id="grid-fold"):
        gr.HTML(
            '<p class="hint">One image for every pair of values. Write numbers as 4, 8, 12 or 1-4; words with commas '
            "between them, the first of which stands in the prompt.</p>",
            apply_default_css=False,
        )
        across = gr.Dropdown(fields, value="steps", label="Across", elem_id="grid-across")
        across_values = gr.Textbox("4, 8", max_lines=1, label="Values", show_label=False, elem_id="grid-across-values")
        choices = [("nothing", ""), *((name, name) for name in fields)]
        down = gr.Dropdown(choices, value="", label="Down", elem_id="grid-down")
        down_values = gr.Textbox("", max_lines=1, label="Values", show_label=False, elem_id="grid-down-values")
        price = gr.HTML("", apply_default_css=False, elem_id="grid-price")
        run = gr.Button("Make the grid", size="sm", elem_id="grid-run")
    return GridArea(across, across_values, down, down_values, price, run)
