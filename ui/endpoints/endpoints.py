"""The API: one typed endpoint a mode, made from its request type, and what scripts need around them."""

import inspect
import math
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData
from gradio.events import api
from pydantic import JsonValue

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, PlaygroundError, Problem
from backend.domain.requests import MODES, REQUEST_TYPES, Mode
from backend.generation.pricing import price_of
from backend.record.run_json import runs_json
from backend.threads.stream import TICK_SECONDS
from ui.endpoints.control_map import ControlMapApi
from ui.endpoints.prompt_helper import PromptHelperApi
from ui.endpoints.script_runs import Progressing, Scripts
from ui.endpoints.space_shapes import Answer, Spaces
from ui.form.signatures import optional, parameter, parameters_of, typed
from ui.library.file_report import reading_json
from ui.library.from_file import read_file
from ui.look import words
from ui.serving.caller import caller_of
from ui.serving.served import Served

_ANSWER = tuple[list[FileData], dict]  # type: ignore[type-arg]  # Gradio reads the bare type


class Api:
    """Answers the endpoints."""

    def __init__(self, scripts: Scripts, served: Served) -> None:
        self.playground = scripts.playground
        self.scripts = scripts
        self.served = served
        self.maps = ControlMapApi(playground=self.playground, served=served)
        self.prompt_helper = PromptHelperApi(self.playground)

    def add_to_page(self) -> None:
        """Register every endpoint; call it inside the page's Blocks."""
        for mode in MODES:
            api(self._endpoint(mode), api_name=mode)
        api(self._estimate(), api_name="estimate")
        api(self.backends, api_name="backends")
        api(self.read_metadata, api_name="read_metadata")
        self.maps.add_to_page()
        api(self.styles, api_name="styles")
        self.prompt_helper.add_to_page()
        Spaces(self.playground, self.run).add_to_page()

    def backends(self, request: gr.Request) -> list:  # type: ignore[type-arg]  # Gradio reads the bare type
        """List the backends: what each can do, whether it is ready, and its own options."""
        caller = caller_of(self.playground, request)
        return [self._described(backend, caller) for backend in self.playground.backends.values()]

    def styles(self, request: gr.Request) -> list:  # type: ignore[type-arg]  # Gradio reads the bare type
        """List the styles: each one's name, and the words that it lays around a prompt."""
        known = self.scripts.library.known_styles(caller_of(self.playground, request))
        return [style.model_dump(exclude={"group"}) for style in known]

    def read_metadata(self, image: FileData, request: gr.Request) -> dict:  # type: ignore[type-arg]  # Gradio reads the bare type
        """Read what an image carries: the settings that made it, and what it says of its origin.

        Our settings come back exactly, other programs' as far as they mean something here.
        """
        try:
            found = read_file(self.playground, caller_of(self.playground, request).visitor, image)
        except PlaygroundError as error:
            raise gr.Error(words.sentence(error), print_exception=False) from error
        return reading_json(found)

    def _endpoint(self, mode: Mode) -> Callable[..., Any]:
        parameters = parameters_of(mode)

        def call(*given: Any) -> Iterator[Answer]:
            request, *rest = given
            yield from self.run(mode, caller_of(self.playground, request), dict(zip(parameters, rest, strict=True)))

        kind = REQUEST_TYPES[mode]
        summary = f"{kind.__doc__} Returns the images as files and one object that describes the run."
        return typed(call, mode, summary, list(parameters.values()), _ANSWER)

    def _estimate(self) -> Callable[..., Any]:
        parameters: dict[str, inspect.Parameter] = {}
        for mode in MODES:
            parameters |= {name: found for name, found in parameters_of(mode).items() if name not in parameters}
        others = {name: optional(found) for name, found in parameters.items() if name != "prompt"}
        mode_first = {"prompt": parameters["prompt"], "mode": parameter("mode", str, "text_to_image"), **others}

        def call(*given: Any) -> dict[str, object]:
            request, *rest = given
            values = dict(zip(mode_first, rest, strict=True))
            return self.price(values.pop("mode"), caller_of(self.playground, request), values)

        summary = "Tell what a request may cost, in USD, before it is run; null where nobody knows."
        return typed(call, "estimate", summary, list(mode_first.values()), dict)

    def run(self, mode: Mode, caller: Caller, values: dict[str, JsonValue]) -> Iterator[Answer]:
        """Run a request and yield its images and what is told of it, as they come; raise `gr.Error` at its end."""
        try:
            for now in _seldom(self.scripts.run(mode, caller, values)):
                copied, lost = self.served.copies(now.images, caller.visitor)
                told = runs_json(now.runs, now.refusal) if now.over else {"status": "running"}
                said = {"lost": lost, "notes": list(now.notes) if now.over else []}
                yield [_file(path) for _, path in copied], told | {name: each for name, each in said.items() if each}
        except PlaygroundError as error:
            raise gr.Error(words.sentence(error), print_exception=False) from error

    def price(self, mode: str, caller: Caller, values: Mapping[str, JsonValue]) -> dict[str, object]:
        """Return what a request may cost; raise `gr.Error` with the sentence of what is wrong with it."""
        try:
            if mode not in REQUEST_TYPES:
                raise InvalidRequest([Problem("mode", f"is {mode!r}; choose one of {', '.join(MODES)}.")])
            names = parameters_of(mode)
            asked = self.scripts.asked(mode, {name: values.get(name) for name in names}, caller)
            backend, request = asked.backend, asked.laid
            backend.capabilities.check(request)
            estimate = price_of(self.playground, caller, backend, request)
        except PlaygroundError as error:
            raise gr.Error(words.sentence(error), print_exception=False) from error
        amounts = {"likely_usd": estimate.likely, "low_usd": estimate.low, "high_usd": estimate.high}
        told = {name: None if amount is None else float(amount) for name, amount in amounts.items()}
        about = {"free": estimate.free, "note": estimate.note, "seconds": estimate.seconds}
        return {"backend": backend.name, **told, **about}

    def _described(self, backend: Backend, caller: Caller) -> dict[str, object]:
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
            "profile": can.profile or None,
            "defaults": dict(can.defaults),
        }


def _seldom(steps: Iterator[Progressing]) -> Iterator[Progressing]:
    """Pass on the last word, and before it what has come only now and then: each time costs a millisecond of the loop.

    It is often enough for Gradio to end a run within a moment, which it can between two of them.
    """
    # The first at once: until then Gradio holds nothing that a cancel could end, and the run would go on unheard.
    last = -math.inf
    for now in steps:
        if now.over or time.monotonic() - last >= TICK_SECONDS / 2:
            last = time.monotonic()
            yield now


def _file(path: Path) -> dict[str, Any]:
    return {"path": str(path), "orig_name": path.name, "meta": {"_type": "gradio.FileData"}}
