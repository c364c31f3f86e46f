"""A picture above the largest side that is drawn: the press that takes a reduced copy of it instead."""

from dataclasses import dataclass

import gradio as gr

from backend.domain.caller import Caller
from backend.domain.errors import BadImage, PlaygroundError
from backend.domain.parts import MOST_SIDE
from backend.images.small_copy import reduced
from ui.canvas.canvas import picture_of
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.form.filling import Filling
from ui.form.kept_size import REDUCE
from ui.look.field_titles import error_text
from ui.serving.caller import caller_of
from ui.serving.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Reducing:
    """Answers the press under Generate that puts a reduced copy of the picture on the easel."""

    filling: Filling

    def connect(self, wires: Wires) -> None:
        """Wire the press."""
        easel = self.filling.controls["easel"]
        wires.presses.on(REDUCE, self.reduce, [easel], [easel], refresh=True)

    def reduce(self, value: object, request: gr.Request) -> Updates:
        """Return the easel with the copy; raise `gr.Error` where there is no picture that can be read."""
        caller = caller_of(self.filling.playground, request)
        try:
            return self.filling.picture(self._reduced(value, caller), caller.visitor, same=True)
        except PlaygroundError as error:
            raise gr.Error(error_text(error), print_exception=False) from error

    def _reduced(self, value: object, caller: Caller) -> str:
        playground = self.filling.playground
        sha256 = Uploads(playground, caller).picture(picture_of(value))
        if sha256 is None:
            raise BadImage("There is no picture: choose one first.")
        content = reduced(playground.files.path(sha256), MOST_SIDE)
        playground.disk.check(len(content))
        kept = playground.files.put(content, "png")
        playground.holders.add_picture(kept, caller.visitor)
        return kept
