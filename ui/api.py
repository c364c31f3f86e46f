"""The API: one typed endpoint a mode, made from its request type, and what scripts need around them."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr
from gradio.data_classes import FileData
from gradio.events import api
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from backend.base import Backend
from backend.caller import Caller
from backend.errors import InvalidRequest, PlaygroundError, Problem, from_validation
from backend.events import Failed, Finished, Generated
from backend.generate import generate
from backend.playground import Playground
from backend.requests import IMAGE_FIELDS, MODES, REQUEST_TYPES, Mode, Request, parse_request
from backend.runs.records import RunImage
from ui import words
from ui.answer import run_json
from ui.caller import caller_of
from ui.form import uploaded
from ui.served import Served

_TYPES: dict[str, Any] = {"seed": int | str, "loras": list, "controls": list, "accelerator": dict, "options": dict}
_ANSWER = tuple[list[FileData], dict]  # type: ignore[type-arg]  # Gradio reads the bare type


class Api:
    """Answers the endpoints."""

    def __init__(self, playground: Playground, served: Served) -> None:
        self.playground = playground
        self.served = served

    def add_to_page(self) -> None:
        """Register every endpoint; call it inside the page's Blocks."""
        for mode in MODES:
            api(self._endpoint(mode), api_name=mode)
        api(self._estimate(), api_name="estimate")
        api(self.backends, api_name="backends")

    def backends(self, request: gr.Request) -> list:  # type: ignore[type-arg]  # Gradio reads the bare type
        """List the backends: what each can do, whether it is ready, and its own options."""
        caller = caller_of(self.playground, request)
        return [self._described(backend, caller) for backend in self.playground.backends.values()]

    def _endpoint(self, mode: Mode) -> Callable[..., Any]:
        parameters = _parameters(mode)

        def call(*given: Any) -> Iterator[tuple[list[dict[str, Any]], dict[str, Any]]]:
            request, *rest = given
            yield from self._run(mode, caller_of(self.playground, request), dict(zip(parameters, rest, strict=True)))

        kind = REQUEST_TYPES[mode]
        summary = f"{kind.__doc__} Returns the images as files and one object that describes the run."
        return _typed(call, mode, summary, list(parameters.values()), _ANSWER)

    def _estimate(self) -> Callable[..., Any]:
        parameters: dict[str, inspect.Parameter] = {}
        for mode in MODES:
            parameters |= {name: found for name, found in _parameters(mode).items() if name not in parameters}
        optional = {name: _optional(found) for name, found in parameters.items() if name != "prompt"}
        mode_first = {"prompt": parameters["prompt"], "mode": _parameter("mode", str, "text_to_image"), **optional}

        def call(*given: Any) -> dict[str, Any]:
            request, *rest = given
            values = dict(zip(mode_first, rest, strict=True))
            return self._price(values.pop("mode"), caller_of(self.playground, request), values)

        summary = "Tell what a request may cost, in USD, before it is run; null where nobody knows."
        return _typed(call, "estimate", summary, list(mode_first.values()), dict)

    def _run(
        self, mode: Mode, caller: Caller, values: dict[str, Any]
    ) -> Iterator[tuple[list[dict[str, Any]], dict[str, Any]]]:
        images: list[RunImage] = []
        try:
            backend, asked = self._asked(mode, values)
            for event in generate(self.playground, caller, backend.name, asked):
                if isinstance(event, Generated) and event.record:
                    images.append(event.record)
                if isinstance(event, Finished) or (isinstance(event, Failed) and event.run and images):
                    assert event.run is not None
                    yield self._files(images), run_json(event.run)
                elif isinstance(event, Failed):
                    raise event.error
                else:
                    yield self._files(images), {"status": "running"}
        except PlaygroundError as error:
            raise gr.Error(words.sentence(error), print_exception=False) from error

    def _price(self, mode: str, caller: Caller, values: dict[str, Any]) -> dict[str, Any]:
        try:
            if mode not in REQUEST_TYPES:
                raise InvalidRequest([Problem("mode", f"is {mode!r}; choose one of {', '.join(MODES)}.")])
            names = _parameters(mode)
            backend, asked = self._asked(mode, {name: values[name] for name in names})
            backend.capabilities.check(asked)
            estimate = backend.estimate(asked, caller)
        except PlaygroundError as error:
            raise gr.Error(words.sentence(error), print_exception=False) from error
        amounts = {"likely_usd": estimate.likely, "low_usd": estimate.low, "high_usd": estimate.high}
        told = {name: None if amount is None else float(amount) for name, amount in amounts.items()}
        return {"backend": backend.name, **told, "free": estimate.free, "note": estimate.note}

    def _asked(self, mode: Mode, values: dict[str, Any]) -> tuple[Backend, Request]:
        given = dict(values)
        backend = self.playground.choose(str(given.pop("backend") or "auto"))
        files = self.playground.files
        for name in IMAGE_FIELDS[mode]:
            given[name] = uploaded(files, given.get(name))
        if isinstance(given.get("controls"), list):
            given["controls"] = [self._control(entry) for entry in given["controls"]]
        filled = {name: value for name, value in given.items() if value is not None}
        try:
            return backend, parse_request({"mode": mode, **filled})
        except ValidationError as error:
            raise from_validation(error) from error

    def _control(self, entry: Any) -> Any:
        if not isinstance(entry, dict) or not isinstance(entry.get("image"), dict):
            return entry
        return {**entry, "image": uploaded(self.playground.files, entry["image"])}

    def _files(self, images: list[RunImage]) -> list[dict[str, Any]]:
        return [
            {"path": str(path), "orig_name": path.name, "meta": {"_type": "gradio.FileData"}}
            for path in map(self.served.copy, images)
        ]

    def _described(self, backend: Backend, caller: Caller) -> dict[str, Any]:
        can, state = backend.capabilities, backend.state(caller)
        return {
            "name": backend.name,
            "label": backend.label,
            "default": backend.name == self.playground.default,
            "ready": state.ready,
            "message": state.message,
            "modes": list(can.modes),
            "default_size": [can.default_size.width, can.default_size.height],
            "sizes": [[size.width, size.height] for size in can.sizes],
            "limits": {name: [limit.least, limit.most] for name, limit in can.limits.items()},
            "choices": {name: list(choices) for name, choices in can.choices.items()},
            "lacks": dict(can.lacks),
            "options": can.options.model_json_schema(),
            "most_controls": can.most_controls,
            "previews": can.previews,
        }


def _parameters(mode: Mode) -> dict[str, inspect.Parameter]:
    """Return the endpoint's parameters: the prompt and the images first, then the backend, then the rest."""
    fields = {name: info for name, info in REQUEST_TYPES[mode].model_fields.items() if name != "mode"}
    first = ("prompt", *IMAGE_FIELDS[mode])
    ordered = [*first, *(name for name in fields if name not in first)]
    found = {name: _parameter_of(name, fields[name], mode) for name in ordered}
    backend = {"backend": _parameter("backend", str, "auto")}
    return {**{name: found[name] for name in first}, **backend, **found}


def _parameter_of(name: str, info: FieldInfo, mode: Mode) -> inspect.Parameter:
    if name in IMAGE_FIELDS[mode]:
        return _parameter(name, FileData, inspect.Parameter.empty)
    default = inspect.Parameter.empty if info.is_required() else info.default
    if isinstance(default, BaseModel):
        default = {}
    return _parameter(name, _TYPES.get(name, _plain(info.annotation)), list(default) if default == () else default)


def _plain(annotation: Any) -> Any:
    """Return the annotation without its constraints: ranges are checked by the request, with better words."""
    return annotation.__origin__ if hasattr(annotation, "__metadata__") else annotation


def _parameter(name: str, kind: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=kind)


def _optional(parameter: inspect.Parameter) -> inspect.Parameter:
    if parameter.default is not inspect.Parameter.empty or parameter.name == "prompt":
        return parameter
    return parameter.replace(default=None, annotation=parameter.annotation | None)


def _typed(
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
