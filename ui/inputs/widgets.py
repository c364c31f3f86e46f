"""One control for one field of a pydantic type: its kind, range, words and default come from the field."""

from collections.abc import Mapping
from typing import Any

import gradio as gr
from annotated_types import Ge, Le
from gradio.components import Component
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from backend.domain.parts import RANDOM_SEED
from backend.domain.request_fields import choices_of, kind_of
from backend.domain.requests import IN_DIGITS
from ui.inputs.lora_lines import write_loras


def control(name: str, info: FieldInfo, *, fitted: Mapping[str, object] | None = None, prefix: str = "") -> Component:
    """Make the control of a mode's own field, changed as `fitted` says; `prefix` keeps two modes' apart in ids.

    Fields that all modes share stand on the sheet (`ui/inputs/cells.py`).
    """
    common: dict[str, Any] = {
        "label": label_of(name, info),
        "info": info.description,
        "elem_id": f"{prefix}{name}",
        "elem_classes": ["field"],
        "visible": True,
        **(fitted or {}),
    }
    default = plain(None if info.is_required() else info.get_default(call_default_factory=True))
    if choices := choices_of(info):
        return gr.Dropdown(**{"choices": list(choices), "value": default, **common})
    least, most = bounds(info)
    if least is not None and most is not None and default is not None:
        step = 1 if kind_of(info) is int else 0.05
        return gr.Slider(**{"minimum": least, "maximum": most, "step": step, "value": default, **common})
    # Gradio's number box turns an empty value into 0; a text box keeps it empty, and the field reads the digits.
    return gr.Textbox(value=str(default or ""), max_lines=1, **common)


def bounds(info: FieldInfo) -> tuple[float | None, float | None]:
    """Return the least and the most that a field takes, where it says so."""
    least = next((part.ge for part in info.metadata if isinstance(part, Ge)), None)
    most = next((part.le for part in info.metadata if isinstance(part, Le)), None)
    return _as_number(least), _as_number(most)


def label_of(name: str, info: FieldInfo) -> str:
    """Return what stands over a field's control."""
    return info.title or name.replace("_", " ").capitalize()


def shown(name: str, value: Any) -> Any:
    """Return a field's value as its control holds it: a seed as digits, LoRAs as lines, nothing as empty text.

    A seed that is to be drawn is nothing: its box says "random" then.
    """
    if name in IN_DIGITS:
        return "" if value == RANDOM_SEED else str(value)
    if name == "loras":
        return write_loras(value)
    if value is None and name not in ("width", "height"):
        return ""
    return value


def _as_number(value: object) -> float | None:
    return value if isinstance(value, int | float) else None


def plain(default: Any) -> Any:
    """Return a default as JSON has it."""
    if isinstance(default, BaseModel):
        return default.model_dump(mode="json", exclude_defaults=True)
    if isinstance(default, tuple):
        return list(default)
    return default if default is None or isinstance(default, bool | int | float | str | list | dict) else float(default)
