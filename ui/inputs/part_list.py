"""The input of a field that holds parts: entries of a type, whose inputs are made from the type's own fields."""

import json
from pathlib import Path
from string import Template
from typing import get_args

from markupsafe import Markup
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from backend.domain.field_notes import Only, Picture, Short, note_of
from backend.domain.request_fields import choices_of, kind_of
from ui.inputs.widgets import bounds, label_of

_HERE = Path(__file__).parent
_LABEL = Markup("<label>{}{}</label>")
_LABEL_ONLY = Markup('<label data-only="{}" data-value="{}">{}{}</label>')
"""Of an input that acts only while the field that is named has that value; the script hides it else."""
_NUMBER = Markup('<input data-name="{}" type="number" min="{}" max="{}" step="{}" placeholder="{}" title="{}">')
_TEXT = Markup('<input data-name="{}" type="text" placeholder="{}" title="{}">')
_SELECT = Markup('<select data-name="{}" title="{}">{}</select>')
_OPTION = Markup("<option>{}</option>")
_PICTURE = Markup(
    '<label class="part-picture"><img alt="{title}" hidden><span>Choose an image</span><input data-name="{name}" '
    'type="file" accept="image/png,image/jpeg,image/webp,image/avif" aria-label="{title}"></label>'
)


def part_of(info: FieldInfo) -> type[BaseModel] | None:
    """Return the type of the parts that a field holds, one or a tuple of them; None for a field of plain values."""
    kinds = [kind for kind in (info.annotation, *get_args(info.annotation)) if isinstance(kind, type)]
    return next((kind for kind in kinds if issubclass(kind, BaseModel)), None)


def entries_html(info: FieldInfo, part: type[BaseModel]) -> Markup:
    """Return the entries' HTML; the script reads a list of objects, or one object or None for a field that may be None.

    An input that is left blank stays out of its object, which then has the part's default.
    """
    many = info.default is not None
    template = Template((_HERE / "part_list.html").read_text(encoding="utf-8"))
    label, about = Markup.escape(info.title), Markup.escape(info.description or "")
    heading = Markup.escape(part.model_config.get("title") or "Entry")
    # The template is a file of this program, and each part that goes into it is escaped.
    kept = {"many": "yes" if many else "no", "heading": heading, "label": label, "about": about}
    made = template.substitute(fields=inputs_html(part), **kept)
    return Markup(made)  # noqa: S704


def inputs_html(part: type[BaseModel], *, filled: bool = False) -> Markup:
    """Return an input for each field of a part; `filled` ones hold the defaults instead of being blank for them."""
    return Markup("\n    ").join(_input(name, info, filled=filled) for name, info in part.model_fields.items())


def usual(part: type[BaseModel]) -> str:
    """Return the defaults of a part as JSON, which its `filled` inputs begin with."""
    return json.dumps({name: info.default for name, info in part.model_fields.items() if not info.is_required()})


def _input(name: str, info: FieldInfo, *, filled: bool) -> Markup:
    if note_of(info, Picture):
        return _PICTURE.format(name=name, title=label_of(name, info))
    short, only = note_of(info, Short), note_of(info, Only)
    label, box = short.title if short else label_of(name, info), _box(name, info, filled=filled)
    return _LABEL_ONLY.format(only.of, only.value, label, box) if only else _LABEL.format(label, box)


def _box(name: str, info: FieldInfo, *, filled: bool) -> Markup:
    about = "" if filled else info.description or ""
    if choices := choices_of(info):
        blank = () if filled or info.default in choices else ("",)
        return _SELECT.format(name, about, Markup("").join(_OPTION.format(choice) for choice in (*blank, *choices)))
    default = "" if filled or info.default is None else info.default
    if (kind := kind_of(info)) in (int, float):
        step = 1 if kind is int else 0.05 if filled else "any"
        ends = ("" if end is None else end for end in bounds(info))
        return _NUMBER.format(name, *ends, step, default, about)
    return _TEXT.format(name, default, about)
