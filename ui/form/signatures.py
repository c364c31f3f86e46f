"""Signatures for the API's endpoints, made from the request types: Gradio reads names, types and defaults from them."""

import inspect
from collections.abc import Callable
from typing import Any, get_origin

import gradio as gr
from gradio.data_classes import FileData
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from backend.domain.field_notes import Digits, Picture, note_of
from backend.domain.requests import IMAGE_FIELDS, REQUEST_TYPES, Mode

_BARE: dict[Any, type] = {tuple: list, dict: dict}


def parameters_of(mode: Mode) -> dict[str, inspect.Parameter]:
    """Return the endpoint's parameters: prompt and images first, then backend and styles, then the rest."""
    fields = {name: info for name, info in REQUEST_TYPES[mode].model_fields.items() if name != "mode"}
    first = sorted(("prompt", *IMAGE_FIELDS[mode]), key=lambda name: not fields[name].is_required())
    ordered = [*first, *(name for name in fields if name not in first)]
    found = {name: parameter_of(name, fields[name]) for name in ordered}
    ours = {"backend": parameter("backend", str, "auto"), "styles": parameter("styles", list, [])}
    ours["variables"] = parameter("variables", dict, {})
    return {**{name: found[name] for name in first}, **ours, **found}


def parameter_of(name: str, info: FieldInfo) -> inspect.Parameter:
    """Return a field as a parameter; a picture is a file that is brought along."""
    if note_of(info, Picture):
        return parameter(name, FileData, inspect.Parameter.empty)
    default = inspect.Parameter.empty if info.is_required() else info.default
    if isinstance(default, BaseModel):
        default = {}
    return parameter(name, _plain(info), list(default) if default == () else default)


def _plain(info: FieldInfo) -> Any:
    """Return a field's type as Gradio reads it, bare and without ranges, which the request checks with better words."""
    if note_of(info, Digits):
        return int | str
    if isinstance(info.default, BaseModel):
        return dict
    return _BARE.get(get_origin(info.annotation), info.annotation)


def parameter(name: str, kind: Any, default: object) -> inspect.Parameter:
    """Return a parameter that is given by place or by name."""
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=kind)


def optional(parameter: inspect.Parameter) -> inspect.Parameter:
    """Return the parameter with None as its default where it has none; the prompt stays as it is."""
    if parameter.default is not inspect.Parameter.empty or parameter.name == "prompt":
        return parameter
    return parameter.replace(default=None, annotation=parameter.annotation | None)


def typed(
    call: Callable[..., Any], name: str, summary: str, parameters: list[inspect.Parameter], answer: Any
) -> Callable[..., Any]:
    """Give a function the signature that Gradio reads its endpoint from."""
    required = [found for found in parameters if found.default is inspect.Parameter.empty]
    ordered = [*required, *(found for found in parameters if found.default is not inspect.Parameter.empty)]
    assert [found.name for found in ordered] == [found.name for found in parameters], "values are matched by place"
    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=gr.Request)
    everything = [request, *parameters]
    shaped: Any = call
    shaped.__signature__ = inspect.Signature(everything, return_annotation=answer)
    shaped.__annotations__ = {found.name: found.annotation for found in everything} | {"return": answer}
    shaped.__name__, shaped.__doc__ = name, summary
    return call
