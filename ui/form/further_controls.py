"""Further control pictures beside the first: each with its preprocessing, scale and window of steps."""

from collections.abc import Iterable

import gradio as gr
from markupsafe import Markup
from pydantic import JsonValue

from backend.domain.capabilities import Capabilities
from backend.domain.errors import PlaygroundError
from backend.domain.parts import Control
from ui.canvas.canvas import picture_of, sheet
from ui.events.options import on_load
from ui.inputs.panel import STILL
from ui.inputs.part_list import inputs_html, usual
from ui.serving.served import Served, url
from ui.serving.uploads import Uploads

_ROWS = Markup(
    '<div class="further" data-kept="controls" data-heading="Further control" data-own="controlnet" data-over="{over}" '
    'data-usual="{usual}" hidden><div class="further-rows" data-rows></div>'
    '<button type="button" data-do="add">Add a control</button><p class="hint" role="status"></p></div>'
    '<template><fieldset class="further-row"><legend data-heading></legend>{inputs}'
    '<button type="button" data-do="remove">Remove</button></fieldset></template>'
)
_OVER = "This backend takes %1 further controls here: remove %2, or choose another backend."


def further_controls(capabilities: Capabilities) -> gr.HTML:
    """Lay out the rows; the value is a list of `Control`'s values, images as uploaded files."""
    rows = _ROWS.format(over=_OVER, usual=usual(Control), inputs=inputs_html(Control, filled=True))
    return gr.HTML(
        [],
        html_template=str(rows).translate(STILL),
        js_on_load=on_load("kept_parts"),
        apply_default_css=False,
        elem_id="further-controls",
        most=capabilities.most_controls,
    )


def read_controls(value: object, uploads: Uploads) -> list[dict[str, JsonValue]]:
    """Return the rows as a request's `controls`; a wrong number stays, so that the check of the field names it."""
    return [_read(row, uploads) for row in (value if isinstance(value, Iterable) else ()) if isinstance(row, dict)]


def show_controls(controls: Iterable[Control], served: Served, visitor: str) -> list[dict[str, object]]:
    """Return a request's `controls` as rows whose pictures this visitor is served."""
    return [_shown(control, served, visitor) for control in controls]


def _read(row: dict[str, JsonValue], uploads: Uploads) -> dict[str, JsonValue]:
    given = {name: value for name, value in row.items() if value is not None}
    return {**given, "image": uploads.picture(picture_of(row))}


def _shown(control: Control, served: Served, visitor: str) -> dict[str, object]:
    try:
        path = served.copy_of(control.image, visitor)
    except PlaygroundError:  # The row stands without its picture, which the field then asks for.
        return {**control.model_dump(), "image": None}
    return {**control.model_dump(), **sheet(path, url(path))}
