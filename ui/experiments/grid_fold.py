"""Where a grid is asked for: two fields, their values, and the price of the whole."""

from markupsafe import Markup

from backend.experiments.axes import axis_fields
from ui.inputs.cells import Cell, line, select
from ui.inputs.panel import fold
from ui.look.field_titles import field_title

_HOW = Markup(
    '<p class="hint">One image for every pair of values. Write numbers as 4, 8, 12 or 1-4; words with commas '
    "between them, the first of which stands in the prompt.</p>"
)
_RUN = Markup('<div id="grid-price"></div><button type="button" id="grid-run">Make the grid</button>')
"""The page's events tell the price (`ui/events/page_events.py`) and hear the button."""
FIRST = ("steps", "4, 8")


def grid_cells() -> list[Cell]:
    """Return the inputs that a grid is read from; it begins with some steps across and nothing down."""
    fields = axis_fields("text_to_image")
    across = {name: field_title(name) for name in (FIRST[0], *fields)}
    down = {"": "nothing", **{name: field_title(name) for name in fields}}
    return [
        select("across", "Across", "", across, at="grid-across"),
        line("across_values", "Values", FIRST[1], at="grid-across-values"),
        select("down", "Down", "", down, at="grid-down"),
        line("down_values", "Values", "", at="grid-down-values"),
    ]


def grid_fold(cells: list[Cell]) -> Markup:
    """Return the fold with these inputs, the price and the button."""
    return fold("Grid", [_HOW, *(each.html for each in cells), _RUN])
