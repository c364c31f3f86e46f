"""The API's way to a control picture."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
from gradio.data_classes import FileData
from gradio.events import api
from pydantic import JsonValue, ValidationError

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.capabilities import read_options
from backend.domain.errors import InvalidRequest, PlaygroundError, Problem, Unsupported, from_validation
from backend.domain.events import Event, Failed, Mapped
from backend.domain.parts import Control
from backend.domain.requests import MAPPING
from backend.experiments.control_map import control_map, map_price
from backend.playground import Playground
from ui.form.signatures import parameter, parameter_of, typed
from ui.look import words
from ui.serving.caller import caller_of
from ui.serving.served import Served
from ui.serving.uploads import Uploads

_SUMMARY = (
    "Make the map that ControlNet follows: edges (canny, by two thresholds), depth or pose. Returns it as a file.\n\n"
    "Where it costs money, it is refused unless `buy` says yes to that; bought once, it is free from then on.\n\n"
    "Give the file to /controlnet as `image` with `preprocess` none to follow it as it is, also after editing it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlMapApi:
    """Answers `/control_map`."""

    playground: Playground
    served: Served

    def add_to_page(self) -> None:
        """Register the endpoint; call it inside the page's Blocks."""
        parameters = map_parameters()

        def call(*given: Any) -> Iterator[FileData | None]:
            request, *rest = given
            yield from self.files(caller_of(self.playground, request), dict(zip(parameters, rest, strict=True)))

        api(typed(call, "control_map", _SUMMARY, list(parameters.values()), Any), api_name="control_map")

    def files(self, caller: Caller, values: Mapping[str, Any]) -> Iterator[FileData | None]:
        """Yield None while the map is made, then its file; raise `gr.Error` with the sentence of what is wrong."""
        try:
            for event in self.events(caller, **values):
                yield self._file(event, caller)
        except PlaygroundError as error:
            raise gr.Error(words.sentence(error), print_exception=False) from error

    def events(
        self,
        caller: Caller,
        image: object,
        backend: str = "auto",
        options: Mapping[str, JsonValue] | None = None,
        *,
        buy: bool = False,
        **making: object,
    ) -> Iterator[Event]:
        """Yield what happens while the map of an uploaded image is made, ending with `Mapped`.

        `making` are the other fields of a `Control` that decide over its map.

        Raises a `PlaygroundError` that says what is wrong, `InvalidRequest` with the price of a map that is neither
        free nor to be bought.
        """
        # A script's cancel means what it says; only a page may come back.
        caller = replace(caller, page=None)
        chosen = self.playground.choose(backend)
        control = self._control(caller, image, making)
        _check_taken(chosen, making)
        price = map_price(self.playground, caller, chosen, control)
        if not (price.free or buy):
            message = f"is off, and {chosen.label} takes {words.price(price)} for this map: set it to buy the map."
            raise InvalidRequest([Problem("buy", message)])
        own = read_options(chosen.capabilities.options, options or {}).model_dump(mode="json", exclude_defaults=True)
        for event in control_map(self.playground, caller, chosen, control, own, buy=buy):
            if isinstance(event, Failed):
                raise event.error
            yield event

    def _control(self, caller: Caller, image: object, values: Mapping[str, object]) -> Control:
        reference = Uploads(self.playground, caller).picture(image)
        if reference is None:
            raise InvalidRequest([Problem("image", "is missing; upload one.")])
        try:
            return Control.model_validate({**values, "image": reference})
        except ValidationError as error:
            raise from_validation(error) from error

    def _file(self, event: Event, caller: Caller) -> FileData | None:
        if not isinstance(event, Mapped):
            return None
        path = self.served.copy_of(event.sha256, caller.visitor)
        return FileData(path=str(path), orig_name="control-map.png")


def map_parameters() -> dict[str, inspect.Parameter]:
    """Return the endpoint's parameters: a control's own that decide over its map, and how it is made, and paid.

    Those that were added later come last, as scripts give values by place.
    """
    first, *later = (parameter_of(name, Control.model_fields[name]) for name in MAPPING)
    ours = (
        parameter("backend", str, "auto"),
        parameter("options", dict | None, None),
        parameter("buy", bool, default=False),
    )
    image = parameter("image", FileData, inspect.Parameter.empty)
    return {found.name: found for found in (image, first, *ours, *later)}


def _check_taken(backend: Backend, making: Mapping[str, object]) -> None:
    """Raise `Unsupported` for what would act on the map alone, and not on the run that is to follow it."""
    lacks, usual = backend.capabilities.lacks, Control.model_fields
    problems = [
        Problem(name, lacks[name]) for name, at in making.items() if name in lacks and at != usual[name].default
    ]
    if problems:
        raise Unsupported(problems)
