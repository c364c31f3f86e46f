"""The small form under a prompt with `{{name}}` in it: a field a name."""

from collections.abc import Mapping

import gradio as gr
from pydantic import JsonValue

from backend.prompts.variables import MOST_NAME, MOST_VALUE
from ui.events.options import on_load

NAME = "variables"
"""The name of its value among a form's values, and its id."""
MOST_KEPT = 100
_FIELDS = '<div class="variables" role="group" aria-label="Variables of the prompt" hidden></div>'


def variables_area() -> gr.HTML:
    """Lay out the form; its value is an object with a text by each name, and it stays empty without any."""
    return gr.HTML(
        {},
        html_template=_FIELDS,
        js_on_load=on_load("variables"),
        apply_default_css=False,
        elem_id=NAME,
        longest=MOST_VALUE,
    )


def written(values: Mapping[str, JsonValue]) -> dict[str, str]:
    """Return what the form says, out of whatever a browser sent."""
    given = values.get(NAME)
    found = given.items() if isinstance(given, dict) else ()
    return {str(name)[:MOST_NAME]: str(value)[:MOST_VALUE] for name, value in list(found)[:MOST_KEPT]}
