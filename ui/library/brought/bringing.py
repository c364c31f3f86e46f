"""What becomes of pictures that were brought: it is asked, and then done."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import gradio as gr

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, Problem
from backend.domain.parts import Control
from backend.images.incoming import sides_of
from backend.playground import Playground
from ui.canvas.canvas import sheet
from ui.events.updates import Updates
from ui.form.filling import Filling
from ui.inputs.part_list import usual
from ui.library.brought.files import looked_at
from ui.library.brought.question import question_html
from ui.runs.image_actions import Act
from ui.runs.sheets.upscale import Enlarged, upscale_html
from ui.serving.served import url
from ui.serving.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Bringing:
    """Answers what the page tells of brought pictures, as the buttons on images are answered."""

    filling: Filling
    sheet: gr.HTML

    @property
    def playground(self) -> Playground:
        """Return what it works on."""
        return self.filling.playground

    def acts(self) -> dict[str, Act]:
        """Return what answers each, by the name of its act; the browser itself lays one on the easel."""
        return {"bring": self.ask, "bring-controls": self.lay_controls, "bring-upscale": self.enlarge}

    def ask(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Return the sheet that asks, with a sentence of each file that can't be used."""
        found, refused = looked_at(self.playground, caller.visitor, given)
        able = any("upscale" in each.capabilities.modes for each in self.playground.backends.values())
        return {self.sheet: question_html(found, refused, self._backend(given), enlarges=able)}

    def lay_controls(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Return the form with the first picture as its control, and the others as further ones."""
        found, refused = looked_at(self.playground, caller.visitor, given)
        if refused or not 0 < len(found) <= self._backend(given).capabilities.most_controls:
            return self.ask(given, caller)
        first, *others = [sheet(each.path, url(each.path)) for each in found]
        rows = [{**json.loads(usual(Control)), **each} for each in others]
        controls = self.filling.controls
        return {controls["mode"]: "controlnet", controls["easel"]: first, controls["controls"]: rows}

    def enlarge(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Return the sheet on which a picture's enlargement is chosen; raise `InvalidRequest` without one."""
        found, _ = looked_at(self.playground, caller.visitor, given)
        if len(found) != 1:
            raise InvalidRequest([Problem("image", "is missing; bring one picture.")])
        sha256 = Uploads(self.playground, caller).picture(str(found[0].path))
        assert sha256 is not None
        enlarged = Enlarged.picture(sha256, sides_of(self.playground.files, sha256), given.get("prompt", ""))
        return {self.sheet: upscale_html(self.playground, enlarged, caller)}

    def _backend(self, given: Mapping[str, str]) -> Backend:
        name = given.get("backend", "")
        return self.playground.choose(name if name in self.playground.backends else "auto")
