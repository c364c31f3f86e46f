"""The live preview of a control picture: what ControlNet will see of the image."""

from typing import Any

import gradio as gr
from markupsafe import Markup
from pydantic import ValidationError

from backend.encoding import encode
from backend.errors import InvalidRequest, PlaygroundError, Problem, from_validation
from backend.playground import Playground
from backend.request_parts import Control
from ui.caller import caller_of
from ui.easel import picture_of
from ui.results import error_card
from ui.served import Served, url
from ui.uploads import Uploads


class ControlMap:
    """Shows what a preprocessing makes of the picture on the easel."""

    def __init__(self, playground: Playground, served: Served) -> None:
        self.playground = playground
        self.served = served

    def show(self, request: gr.Request, **values: Any) -> str:
        """Return the map as HTML, or a card that says why there is none."""
        try:
            address, size = self._drawn(request, values)
        except PlaygroundError as error:
            return str(error_card(error))
        return str(Markup('<img src="{}" alt="The control map, {} × {}">').format(address, *size))

    def _drawn(self, request: gr.Request, values: dict[str, Any]) -> tuple[str, tuple[int, int]]:
        caller = caller_of(self.playground, request)
        image = Uploads(self.playground, caller).picture(picture_of(values["easel"]))
        if image is None:
            raise InvalidRequest([Problem("image", "is missing; choose one, drop it on the easel, or paste it.")])
        try:
            control = Control(image=image, preprocess=values["preprocess"])
        except ValidationError as error:
            raise from_validation(error) from error
        backend = self.playground.choose(str(values["backend"]))
        picture = backend.control_picture(control, caller)
        sha256 = self.playground.files.put(encode(picture, "png"), "png")
        self.playground.holders.add_picture(sha256, caller.visitor)
        return url(self.served.copy_of(sha256, caller.visitor)), picture.size
