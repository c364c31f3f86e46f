"""The picture on Image to image made larger instead: the press that opens the sheet for it."""

from dataclasses import dataclass

import gradio as gr
from markupsafe import Markup

from backend.domain.errors import BadImage, PlaygroundError
from backend.images.incoming import sides_of
from ui.canvas.canvas import picture_of
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.form.filling import Filling
from ui.look.field_titles import error_text
from ui.runs.sheets.upscale import Enlarged, upscale_html
from ui.serving.caller import caller_of
from ui.serving.uploads import Uploads

ENLARGE = "enlarge-picture"
"""The id of the button."""
BUTTON = Markup(
    '<p class="hint">Only larger, up to four times? <button type="button" class="small press" id="{}">'
    "Upscale this picture</button></p>"
).format(ENLARGE)


@dataclass(frozen=True, slots=True)
class Enlarging:
    """Answers the press with the sheet of the picture on the easel."""

    filling: Filling
    sheet: gr.HTML

    def connect(self, wires: Wires) -> None:
        """Wire the press."""
        controls = self.filling.controls
        wires.presses.on(ENLARGE, self.open_sheet, [controls["easel"], controls["prompt"]], [self.sheet])

    def open_sheet(self, value: object, prompt: object, request: gr.Request) -> Updates:
        """Return the sheet; raise `gr.Error` where there is no picture that can be read."""
        playground = self.filling.playground
        caller = caller_of(playground, request)
        try:
            sha256 = Uploads(playground, caller).picture(picture_of(value))
            if sha256 is None:
                raise BadImage("There is no picture: choose one first.")
            enlarged = Enlarged.picture(sha256, sides_of(playground.files, sha256), str(prompt or ""))
            return {self.sheet: upscale_html(playground, enlarged, caller)}
        except PlaygroundError as error:
            raise gr.Error(error_text(error), print_exception=False) from error
