"""The form: controls made from the request types, read back into a request, and fitted to a backend."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr
from pydantic import JsonValue, ValidationError
from pydantic.fields import FieldInfo

from backend.domain.capabilities import Capabilities
from backend.domain.errors import from_validation
from backend.domain.recipes import Recipe, check_recipe
from backend.domain.request_fields import choices_of
from backend.domain.requests import (
    IMAGE_FIELDS,
    IN_DIGITS,
    REQUEST_TYPES,
    TABBED,
    Mode,
    Request,
    TextToImage,
    parse_request,
)
from ui.canvas.canvas import picture_of
from ui.events.updates import Update
from ui.form.further_controls import read_controls
from ui.inputs.cache_options import read_accelerator
from ui.inputs.lora_lines import read_loras
from ui.inputs.makers import PROFILED
from ui.inputs.widgets import bounds, plain
from ui.serving.uploads import Uploads

MARK = "__"
"""Stands between a backend's or mode's name and a field's in a value's name: `fake__seconds`, `inpaint__strength`."""

NOTHING: Mapping[str, float] = {}
_HINTED = (*PROFILED, "negative_prompt")

SHARED: Mapping[str, FieldInfo] = {name: info for name, info in TextToImage.model_fields.items() if name != "mode"}
"""The fields that have one control for all tabs."""


@dataclass(frozen=True, slots=True)
class Values:
    """What the controls hold, by field name, for one mode and one backend."""

    mode: Mode
    backend: str
    raw: Mapping[str, JsonValue]


def parse(values: Values, capabilities: Capabilities, uploads: Uploads) -> Request:
    """Read a request from raw control values; raise `InvalidRequest` or `BadImage` with the field's name.

    A field that the backend lacks has no visible control, so whatever its hidden one holds is left out.
    """
    kind = REQUEST_TYPES[values.mode]
    found: dict[str, object] = {"mode": values.mode, "options": own_options(values, capabilities)}
    for name, info in kind.model_fields.items():
        if name in ("mode", "options") or name in capabilities.lacks:
            continue
        if name == "controls":
            value: object = read_controls(values.raw.get(name), uploads)
        else:
            value = _image(values, name, uploads) if name in IMAGE_FIELDS[values.mode] else _plain(values, name, info)
        if value is not None:
            found[name] = value
    try:
        return parse_request(found)
    except ValidationError as error:
        raise from_validation(error) from error


def draft(values: Values, capabilities: Capabilities) -> Recipe:
    """Return what the controls hold as a recipe, without pictures; raise `InvalidRequest` for a wrong value."""
    kind = REQUEST_TYPES[values.mode]
    left_out = ("mode", "options", "controls", *IMAGE_FIELDS[values.mode], *capabilities.lacks)
    fields = {name: info for name, info in kind.model_fields.items() if name not in left_out}
    found = {name: _plain(values, name, info) for name, info in fields.items()}
    given = {name: value for name, value in found.items() if value not in (None, "")}
    return check_recipe({"mode": values.mode, **given})


def every_field() -> dict[str, tuple[str, FieldInfo]]:
    """Return every field by the name of its control's value: the shared ones, and each mode's own."""
    found = {name: (name, info) for name, info in SHARED.items()}
    for mode in TABBED:
        kind = REQUEST_TYPES[mode]
        own = {name: info for name, info in kind.model_fields.items() if name not in (*SHARED, "mode", "image", "mask")}
        found |= {f"{mode}{MARK}{name}": (name, info) for name, info in own.items()}
    return found


def fit(
    capabilities: Capabilities, current: Mapping[str, JsonValue], untouched: Mapping[str, float] = NOTHING
) -> tuple[dict[str, Update], list[str]]:
    """Return an update a control that makes it what the backend takes, and a sentence a value that changed.

    `untouched` are the values with which fields began at another model: one that still stands there becomes this one's.
    """
    updates: dict[str, Update] = {}
    said: list[str] = []
    for name, (field, info) in every_field().items():
        value = current.get(name)
        update, note = _fit_one(field, info, capabilities, value)
        if "value" not in update and (begin := _begins(field, info, capabilities)) is not None:
            if not current:
                update["value"] = begin
            elif value == untouched.get(field, begin) != begin:
                update["value"] = begin
                note = f"{value:g} became {begin:g}, with which this model is drawn."
        updates[name] = update
        if note:
            said.append(f"{info.title}: {note}")
    return updates, said


def update(changes: Mapping[str, Any]) -> Update:
    """Return changes of a control as Gradio takes them."""
    changed: Update = gr.update(**changes)
    return changed


def _image(values: Values, name: str, uploads: Uploads) -> str | None:
    if name == "mask" and not values.raw.get("priced_only"):
        return uploads.mask(values.raw.get("mask"))
    return uploads.picture(picture_of(values.raw.get("easel")))


def _plain(values: Values, name: str, info: FieldInfo) -> Any:
    if name == "accelerator":
        return read_accelerator(values.raw)
    if name in ("width", "height") and values.mode != "text_to_image" and values.raw.get("keep_size"):
        return None
    value = values.raw.get(f"{values.mode}{MARK}{name}", values.raw.get(name))
    if not isinstance(value, str):
        return value
    if name == "loras":
        return read_loras(value) or None
    return value.strip() or (None if not info.is_required() else value)


def _begins(name: str, info: FieldInfo, capabilities: Capabilities) -> float | None:
    return capabilities.defaults.get(name, info.default) if name in PROFILED else None


def _fit_one(name: str, info: FieldInfo, capabilities: Capabilities, value: object) -> tuple[Update, str | None]:
    changes: Update = {"visible": name not in capabilities.lacks}
    if name in _HINTED:
        changes["info"] = capabilities.hints.get(name, info.description)
    least, most = bounds(info)
    limit = capabilities.limits.get(name)
    if least is not None and most is not None and not info.is_required() and info.default is not None:
        low = limit.least if limit and limit.least is not None else least
        high = limit.most if limit and limit.most is not None else most
        if name not in IN_DIGITS:
            changes |= {"minimum": low, "maximum": high}
            if isinstance(value, int | float) and not low <= value <= high:
                changes["value"] = min(max(value, low), high)
                return changes, f"{value:g} became {changes['value']:g}. {limit.reason if limit else ''}".strip()
    if choices := capabilities.choices.get(name) or choices_of(info):
        changes["choices"] = list(choices)
        if value is not None and value not in choices:
            changes["value"] = choices[0]
            return changes, f"{value} isn't offered here; it became {choices[0]}."
    return changes, None


def own_options(values: Values, capabilities: Capabilities) -> dict[str, JsonValue]:
    """Return the backend's own options that were set: what stands at its default stays out of the request."""
    found: dict[str, JsonValue] = {}
    for name, info in capabilities.options.model_fields.items():
        value = values.raw.get(f"{values.backend}{MARK}{name}")
        default = info.get_default(call_default_factory=True)
        if value not in (None, "") and value != default and value != plain(default):
            found[name] = value
    return found
