"""The controls of one mode's own fields, under names that keep equal fields of two modes apart."""

from typing import Any

from backend.requests import REQUEST_TYPES, Mode
from ui.controls import control
from ui.form import MARK


def own_fields(mode: Mode, *names: str, **changes: dict[str, Any]) -> dict[str, Any]:
    """Make the controls of these fields; `changes` are a control's deviations, by field name."""
    fields = REQUEST_TYPES[mode].model_fields
    return {
        f"{mode}{MARK}{name}": control(name, fields[name], fitted=changes.get(name), prefix=f"{mode}-")
        for name in names
    }
