"""What the form said last, kept in the visitor's own browser, and what a link asks it to say."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.blocks import Block

from backend.domain.caller import Caller
from backend.domain.errors import BadLink, InvalidRequest
from backend.library.recipe_links import fitting, unpack
from backend.playground import Playground
from ui.events.updates import Updates
from ui.form.filling import Filling
from ui.form.reading import Values, draft
from ui.inputs.makers import maker_of
from ui.inputs.panel import lay
from ui.look.sentences import code_marked
from ui.look.words import tabless
from ui.serving.address import RECIPE

_CANVAS = "easel"
"""The control that holds the picture, which no text brings back."""


@dataclass(frozen=True, slots=True)
class Remembering:
    """Says what a browser keeps of the form, and brings it back. Neither pictures nor keys are ever part of it."""

    playground: Playground
    filling: Filling
    notice: gr.HTML

    def outputs(self) -> list[Block]:
        """Return what bringing back changes."""
        return [*self.filling.outputs(), self.notice]

    def keep(self, values: Mapping[str, Any]) -> dict[str, object]:
        """Return what to remember of these values; nothing of a form with a wrong value in it."""
        backend = self.playground.choose(str(values.get("backend") or "auto"))
        try:
            recipe = draft(Values(values["mode"], backend.name, values), backend.capabilities)
        except InvalidRequest:
            return {}
        return {"recipe": recipe, "backend": backend.name, "maker": maker_of(backend)}

    def back(self, kept: object, request: gr.Request) -> Updates:
        """Fill the form from the address's link, else from what the browser remembers; never run it."""
        link = request.query_params.get(RECIPE) if request.request else None
        if link:
            return self._opened(str(link))
        if not isinstance(kept, dict):
            return {}
        recipe = kept.get("recipe")
        if not isinstance(recipe, dict) or not recipe:
            return {}
        # It comes out of a browser: whatever no longer fits is left out, as with a link.
        return self.filling.from_recipe(fitting(recipe).recipe, str(kept.get("backend")))

    def put_back(self, given: Mapping[str, str], _: Caller) -> Updates:
        """Lay values back that stood in the form before a press filled it; their picture is the browser's to bring."""
        try:
            values = json.loads(given.get("values", ""))
        except ValueError:
            values = None
        if not isinstance(values, dict):
            return {}
        known = self.filling.controls
        kept = {name: {"value": values[name]} for name in known if name != _CANVAS and name in values}
        return {**lay(known, kept), self.notice: gr.update(value="", visible=False)}

    def _opened(self, link: str) -> Updates:
        try:
            opened = unpack(link)
        except BadLink as error:
            return {self.notice: gr.update(value=f"<p>{code_marked(str(error))}</p>", visible=True)}
        left_out = "".join(f"<li>{code_marked(str(problem))}</li>" for problem in opened.dropped)
        tab = f"<p>{said}</p>" if (said := tabless(opened.recipe["mode"])) else ""
        note = f"<p>The link filled the form; nothing has run yet.</p>{tab}<ul>{left_out}</ul>"
        return {**self.filling.from_recipe(opened.recipe), self.notice: gr.update(value=note, visible=True)}
