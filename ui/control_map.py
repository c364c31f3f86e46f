"""The preview of a control picture: what ControlNet will see of the image; where it costs money, the price first."""

import logging
from collections.abc import Iterator
from typing import Any

import gradio as gr
from gradio.components import Component
from markupsafe import Markup
from PIL import Image
from pydantic import ValidationError

from backend.base import Backend
from backend.caller import Caller
from backend.encoding import encode
from backend.errors import InvalidRequest, PlaygroundError, Problem, from_validation
from backend.events import Event, Failed, Generated, Waiting
from backend.generate import draw_control
from backend.known_maps import known_map
from backend.playground import Playground
from backend.request_parts import Control
from ui import words
from ui.caller import caller_of
from ui.easel import picture_of
from ui.results import error_card
from ui.served import Served, url
from ui.uploads import Uploads

log = logging.getLogger(__name__)

Updates = dict[Component, Any]
OFFER = Markup(
    "<p>No {preprocess} detector on this machine: {label} makes the map. It goes into the history, and your runs "
    "with this picture take it without paying for it again.</p>"
)


class ControlMap:
    """Answers two buttons: show the map that a preprocessing makes of the picture on the easel, and buy one."""

    def __init__(self, playground: Playground, served: Served, *, place: Component, buy: Component) -> None:
        self.playground = playground
        self.served = served
        self.place = place
        self.buy_button = buy

    def outputs(self) -> list[Component]:
        """Return what both answers change."""
        return [self.place, self.buy_button]

    def show(self, request: gr.Request, **values: Any) -> Updates:
        """Show the map where it costs nothing (any more), else its price, or a card that says what is wrong."""
        try:
            backend, control, caller = self._asked(request, values)
            sha256 = self._for_free(backend, control, caller)
            if sha256 is not None:
                return self._said(self._image(sha256, caller))
            price = words.price(backend.control_estimate(control, caller))
        except PlaygroundError as error:
            return self._said(error_card(error))
        offer = OFFER.format(preprocess=control.preprocess, label=backend.label)
        return self._said(offer, button=gr.update(visible=True, value=f"Make the map · {price}"))

    def buy(self, request: gr.Request, **values: Any) -> Iterator[Updates]:
        """Buy the map, and show it."""
        try:
            backend, control, caller = self._asked(request, values)
            for event in draw_control(self.playground, caller, backend.name, control):
                yield self._said(self._seen(event, backend, caller))
        except PlaygroundError as error:
            yield self._said(error_card(error))
        except Exception:  # The page's rim: without this a visitor would look at a map that never comes.
            log.exception("The page broke down on a control picture")
            broken = PlaygroundError("The playground broke down on this map; its log says why.", billed="unknown")
            yield self._said(error_card(broken))

    def _seen(self, event: Event, backend: Backend, caller: Caller) -> Markup | None:
        """Return what to show of an event, or None to leave what is shown."""
        match event:
            case Generated(record=made) if made:
                bill = words.cost(made.cost_usd, backend.cost_kind)
                return self._image(made.sha256, caller) + Markup('<p class="hint">{}</p>').format(bill)
            case Failed(error):
                return error_card(error)
            case Waiting(seconds):
                waited = words.duration(seconds)
                return Markup('<p role="status">{} makes the map, {}</p>').format(backend.label, waited)
            case _:
                return None

    def _for_free(self, backend: Backend, control: Control, caller: Caller) -> str | None:
        """Return the sha256 of the map, or None where it has to be bought first."""
        if not backend.control_estimate(control, caller).free:
            return known_map(self.playground, caller, backend, control)
        picture = backend.control_picture(control, caller)
        sha256 = self.playground.files.put(encode(picture, "png"), "png")
        self.playground.holders.add_picture(sha256, caller.visitor)
        return sha256

    def _image(self, sha256: str, caller: Caller) -> Markup:
        with Image.open(self.playground.files.path(sha256)) as picture:
            size = picture.size
        address = url(self.served.copy_of(sha256, caller.visitor))
        return Markup('<img src="{}" alt="The control map, {} × {}">').format(address, *size)

    def _said(self, html: Markup | None, *, button: Any = None) -> Updates:
        shown = {} if html is None else {self.place: str(html)}
        return {**shown, self.buy_button: button or gr.update(visible=False)}

    def _asked(self, request: gr.Request, values: dict[str, Any]) -> tuple[Backend, Control, Caller]:
        caller = caller_of(self.playground, request)
        image = Uploads(self.playground, caller).picture(picture_of(values["easel"]))
        if image is None:
            raise InvalidRequest([Problem("image", "is missing; choose one, drop it on the easel, or paste it.")])
        try:
            control = Control(image=image, preprocess=values["preprocess"])
        except ValidationError as error:
            raise from_validation(error) from error
        return self.playground.choose(str(values["backend"])), control, caller
