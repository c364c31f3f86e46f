"""The controls of one mode's own fields, under names that keep equal fields of two modes apart."""

from collections.abc import Mapping

from gradio.components import Component

from backend.domain.requests import REQUEST_TYPES, Mode
from ui.form.reading import MARK
from ui.inputs.widgets import control

Fitted = Mapping[str, Mapping[str, object]]
"""What the backend chosen at start changes at a control, by the name of its value."""


def own_fields(fitted: Fitted, mode: Mode, *names: str, **changes: Mapping[str, object]) -> dict[str, Component]:
    """Make the controls of these fields; `changes` are a control's deviations, by field name."""
    fields = REQUEST_TYPES[mode].model_fields
    made: dict[str, Component] = {}
    for name in names:
        key = f"{mode}{MARK}{name}"
        own = {**fitted.get(key, {}), **changes.get(name, {})}
        made[key] = control(name, fields[name], fitted=own, prefix=f"{mode}-")
    return made
