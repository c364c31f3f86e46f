"""The sheet of settings: one component, whose inputs the browser's script reads, fills and fits.

A component for each of them, most in closed folds that nobody opens, would cost the page a tenth of its start.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import gradio as gr
from gradio.components import Component
from markupsafe import Markup
from pydantic import JsonValue

from ui.events.options import on_load
from ui.events.updates import Update, Updates
from ui.inputs.cells import Cell

NAME = "sheet"
"""The name of its value among a form's values, and its id."""
_FOLD = Markup(
    '<details class="fold"{of}{hidden}><summary>{title}</summary><div class="fold-body">{body}</div></details>'
)
STILL = str.maketrans({sign: f"&#{ord(sign)};" for sign in "$`{\\"})
"""Gradio runs what stands in these signs of a template; words that have them mean the signs."""


def fold(title: str, body: Iterable[Markup], *, backend: str | None = None, shown: bool = True) -> Markup:
    """Return a fold; one with a backend's own options is there while that backend is chosen."""
    of = Markup(' data-of="{}"').format(backend) if backend else ""
    return _FOLD.format(title=title, body=Markup("").join(body), of=of, hidden="" if shown else Markup(" hidden"))


def sheet(folds: Iterable[Markup], cells: Iterable[Cell]) -> gr.HTML:
    """Lay the sheet out; its value is an object with the value of every cell by its name."""
    return gr.HTML(
        {cell.key: cell.value for cell in cells},
        html_template=str(Markup("").join(folds)).translate(STILL),
        js_on_load=on_load("panel"),
        apply_default_css=False,
        elem_id=NAME,
        changes=None,
    )


def lay(controls: Mapping[str, Component], changes: Mapping[str, Update]) -> Updates:
    """Return updates that change controls by their values' names; those of the sheet are one update.

    A change has what Gradio's `update` takes: `value`, `visible`, `choices`, `minimum`, `maximum`.
    """
    updates: Updates = {}
    own: dict[str, Update] = {}
    for name, change in changes.items():
        control = controls.get(name)
        if control is not None and is_sheet(control):
            own[name] = dict(change)
            updates[control] = _changed(own)
        elif control is not None:
            updates[control] = gr.update(**change)
    return updates


def begun(control: Any, name: str) -> object:
    """Return the value that a control began with; `name` is that value's, which tells a cell of the sheet."""
    return control.value[name] if is_sheet(control) else control.value


def one_each(controls: Mapping[str, Component]) -> dict[str, Component]:
    """Return controls by the names that an event gives their values: the sheet is one of them."""
    return {NAME if is_sheet(control) else name: control for name, control in controls.items()}


def spread(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return an event's values with the sheet's by their own names, none of which stands in for another control's."""
    own = values.get(NAME)
    others = {name: value for name, value in values.items() if name != NAME}
    return {**(own if isinstance(own, dict) else {}), **others}


def is_sheet(control: object) -> bool:
    """Say whether a control is the sheet."""
    return getattr(control, "elem_id", None) == NAME


def keyed(cells: Sequence[Cell], made: gr.HTML) -> dict[str, Component]:
    """Return the sheet by the name of each of these cells."""
    return {cell.key: made for cell in cells}


def _changed(changes: Mapping[str, object]) -> Update:
    # The turn makes two equal changes two, of which the second may undo what a visitor did between them.
    return gr.update(changes={"turn": uuid4().hex, "cells": dict(changes)})
