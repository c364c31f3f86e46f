"""A request's fields by path, down to the parts it is built of: `steps`, `loras.weight`, `options.ttl`."""

import types
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo


@dataclass(frozen=True, slots=True)
class SetField:
    """A field whose value differs from its default, or that has none.

    `path` names it for every entry alike (`loras.weight`), `place` the one that is meant (`loras.0.weight`).
    """

    path: str
    place: str
    value: Any
    info: FieldInfo

    def of(self, outer: str) -> str:
        """Return the place of the field at the path `outer`, of which this one is a part."""
        names, left = [], outer.count(".") + 1
        for name in self.place.split("."):
            if not left:
                break
            names.append(name)
            left -= not name.isdecimal()
        return ".".join(names)


def set_fields(part: BaseModel, path: str = "", place: str = "") -> Iterator[SetField]:
    """Yield every field that was set, and of those that hold parts, the parts' own."""
    for name, info in type(part).model_fields.items():
        value = getattr(part, name)
        if info.is_required() or value != info.get_default(call_default_factory=True):
            found = SetField(f"{path}{name}", f"{place}{name}", value, info)
            yield from tuple(_inner(found)) or (found,)


def paths(kind: type[BaseModel], path: str = "") -> Iterator[str]:
    """Yield the path of every field that a type of request, options or part has."""
    for name, info in kind.model_fields.items():
        inner = _part_in(info.annotation)
        if inner is None:
            yield f"{path}{name}"
        else:
            yield from paths(inner, f"{path}{name}.")


def kind_of(info: FieldInfo) -> Any:
    """Return the type of a field's values, apart from None; it is `str` where they are listed, `float` for decimals."""
    annotation = _bare(info.annotation)
    if get_origin(annotation) is Literal:
        return str
    kind = get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation
    return float if kind is Decimal else kind


def choices_of(info: FieldInfo) -> tuple[Any, ...]:
    """Return what a field's type lists as its values; nothing for a field that takes any."""
    annotation = _bare(info.annotation)
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _bare(annotation: Any) -> Any:
    """Return a type without its or-None."""
    if get_origin(annotation) in (Union, types.UnionType):
        return next(part for part in get_args(annotation) if part is not type(None))
    return annotation


def _inner(found: SetField) -> Iterator[SetField]:
    if isinstance(found.value, BaseModel):
        yield from set_fields(found.value, f"{found.path}.", f"{found.place}.")
    elif isinstance(found.value, tuple):
        for index, entry in enumerate(found.value):
            if isinstance(entry, BaseModel):
                yield from set_fields(entry, f"{found.path}.", f"{found.place}.{index}.")


def _part_in(annotation: Any) -> type[BaseModel] | None:
    """Return the part that a field holds, alone, in a tuple, or or-None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((part for inner in get_args(annotation) if (part := _part_in(inner))), None)
