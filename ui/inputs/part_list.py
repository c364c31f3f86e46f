"""The input of a field that holds parts: entries of a type, whose inputs are made from the type's own fields."""

from pathlib import Path
from string import Template
from typing import Any, get_args

from markupsafe import Markup
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from backend.domain.request_fields import choices_of, kind_of
from ui.inputs.widgets import bounds, label_of

_HERE = Path(__file__).parent
_LABEL = Markup("<label>{}{}</label>")
_NUMBER = Markup('<input data-name="{}" type="number" min="{}" max="{}" step="{}" placeholder="{}" title="{}">')
_TEXT = Markup('<input data-name="{}" type="text" placeholder="{}" title="{}">')
_CHOICE = Markup('<select data-name="{}" title="{}"><option value=""></option>{}</select>')
_OPTION = Markup("<option>{}</option>")


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
    fields = Markup("\n    ").join(_input(name, field) for name, field in part.model_fields.items())
    label, about = Markup.escape(info.title), Markup.escape(info.description or "")
    # The template is a file of this program, and each part that goes into it is escaped.
    made = template.substitute(many="yes" if many else "no", label=label, about=about, fields=fields)
    return Markup(made)  # noqa: S704


def _input(name: str, info: FieldInfo) -> Markup:
    return _LABEL.format(label_of(name, info), _box(name, info))


def _box(name: str, info: FieldInfo) -> Markup:
    about = info.description or ""
    if choices := choices_of(info):
        return _CHOICE.format(name, about, Markup("").join(_OPTION.format(choice) for choice in choices))
    default = "" if info.default is None else info.default
    if (kind := kind_of(info)) in (int, float):
        ends: list[Any] = ["" if end is None else end for end in bounds(info)]
        return _NUMBER.format(name, *ends, 1 if kind is int else "any", default, about)
    return _TEXT.format(name, default, about)
