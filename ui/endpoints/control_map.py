"""The API's way to a control picture."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import gradio as gr
from gradio.data_classes import FileData
from gradio.events import api
from pydantic import JsonValue, ValidationError

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.capabilities import read_options
from backend.domain.errors import InvalidRequest, PlaygroundError, Problem, Unsupported, from_validation
from backend.domain.events import Event, Failed, Mapped
from backend.domain.parts import THRESHOLDS, Control
from backend.experiments.control_map import control_map, map_price
from backend.playground import Playground
from ui.look import words
from ui.serving.caller import caller_of
from ui.serving.served import Served
from ui.serving.uploads import Uploads

_USUAL = dict(zip(("low_threshold", "high_threshold"), THRESHOLDS, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlMapApi:
    """Answers `/control_map`."""

    playground: Playground
    served: Served

    def add_to_page(self) -> None:
        """Register the endpoint; call it inside the page's Blocks."""
        api(self.control_map, api_name="control_map")

    def control_map(
        self,
        image: FileData,
        request: gr.Request,
        preprocess: str = "canny",
        backend: str = "auto",
        options: dict | None = None,  # type: ignore[type-arg]  # Gradio reads the bare type
        buy: bool = False,
        low_threshold: int = THRESHOLDS[0],
        high_threshold: int = THRESHOLDS[1],
    ) -> Iterator[FileData | None]:
        """Make the map that ControlNet follows: edges (canny, by two thresholds), depth or pose. Returns it as a file.

        Where it costs money, it is refused unless `buy` says yes to that; bought once, it is free from then on.

        Give the file to /controlnet as `image` with `preprocess` none to follow it as it is, also after editing it.
        """
        try:
            caller = caller_of(self.playground, request)
            levels = {"low_threshold": low_threshold, "high_threshold": high_threshold}
            for event in self.events(caller, image, preprocess, backend, options, buy=buy, **levels):
                yield self._file(event, caller)
        except PlaygroundError as error:
            raise gr.Error(words.sentence(error), print_exception=False) from error

    def events(
        self,
        caller: Caller,
        image: object,
        preprocess: str = "canny",
        backend: str = "auto",
        options: Mapping[str, JsonValue] | None = None,
        *,
        buy: bool = False,
        **levels: int,
    ) -> Iterator[Event]:
        """Yield what happens while the map of an uploaded image is made, ending with `Mapped`.

        `levels` are canny's `low_threshold` and `high_threshold`.

        Raises a `PlaygroundError` that says what is wrong, or the price of a map that isn't free and not to be bought.
        """
        # A script's cancel means what it says; only a page may come back.
        caller = replace(caller, page=None)
        chosen = self.playground.choose(backend)
        control = self._control(caller, image, {"preprocess": preprocess, **levels})
        _check_levels(chosen, levels)
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


def _check_levels(backend: Backend, levels: Mapping[str, int]) -> None:
    """Raise `Unsupported` for thresholds that would act on the map alone, and not on the run that is to follow it."""
    lacks = backend.capabilities.lacks
    problems = [Problem(name, lacks[name]) for name, at in levels.items() if name in lacks and at != _USUAL[name]]
    if problems:
        raise Unsupported(problems)
