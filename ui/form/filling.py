"""Fills the form from a recipe: of a run, a file, a preset, an example or a link. It never runs anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.blocks import Block
from gradio.components import Component
from pydantic import JsonValue

from backend.domain.capabilities import Size
from backend.domain.errors import PlaygroundError
from backend.domain.requests import IMAGE_FIELDS, REQUEST_TYPES, TABBED, Mode, Request, TextToImage
from backend.images.metadata.request_text import recipe as recipe_of
from backend.playground import Playground
from backend.prompts.final_words import as_they_are
from ui.canvas.canvas import sheet
from ui.events.updates import Updates
from ui.form.further_controls import show_controls
from ui.form.reading import MARK
from ui.inputs.cache_options import show_accelerator
from ui.inputs.panel import begun, lay
from ui.inputs.widgets import shown
from ui.look.words import tabless
from ui.serving.served import Served, url


@dataclass(frozen=True, slots=True)
class Filling:
    """Knows which control holds which value; `controls` are all of the form's by name, the mask's excepted."""

    playground: Playground
    served: Served
    controls: Mapping[str, Component]

    def outputs(self) -> list[Block]:
        """Return what may change."""
        return list(dict.fromkeys(self.controls.values()))

    def from_request(self, request: Request, backend: str, seed: int | None, visitor: str) -> Updates:
        """Return the updates that bring back what ran, its pictures included; `seed` is that of one image."""
        updates = self.from_recipe(as_they_are(recipe_of(request, seed)), backend)
        if said := tabless(request.mode):
            gr.Info(said)
        tabbed = IMAGE_FIELDS[request.mode] if request.mode in TABBED else ()
        pictures = {name: str(getattr(request, name)) for name in tabbed}
        updates[self.controls["controls"]] = show_controls(request.controls, self.served, visitor)
        if pictures:
            try:
                updates |= self.picture(pictures["image"], visitor, mask=pictures.get("mask"))
            except PlaygroundError as error:
                gr.Warning(f"The settings are back, without their picture. {error}")
        return updates

    def from_recipe(self, recipe: Mapping[str, Any], backend: str | None = None) -> Updates:
        """Return the updates that lay a recipe into the form; what it doesn't name goes back to its default."""
        recipe = _of_a_tab(recipe)
        mode: Mode = recipe.get("mode", "text_to_image")
        chosen = self.playground.choose(backend if backend and backend in self.playground.backends else "auto")
        values = {"mode": mode, **self._fields(mode, recipe, chosen.capabilities.default_size)}
        values |= self._options(chosen.name, recipe.get("options") or {})
        values |= {"styles": [], "controls": []}
        if backend in self.playground.backends:
            values["backend"] = backend
        return lay(self.controls, {name: {"value": value} for name, value in values.items()})

    def picture(self, sha256: str, visitor: str, *, mask: str | None = None, same: bool = False) -> Updates:
        """Return the update that puts a picture (and a mask over it) on the easel.

        One that is the `same` in another size keeps the mask that is drawn there.
        """
        path = self.served.copy_of(sha256, visitor)
        value = sheet(path, url(path))
        if same:
            value["same"] = True
        if mask:
            value["mask"] = url(self.served.copy_of(mask, visitor))
        return {self.controls["easel"]: value}

    def send(self, sha256: str, mode: Mode, visitor: str) -> Updates:
        """Return the updates that take a picture to a mode."""
        return {self.controls["mode"]: mode, **self.picture(sha256, visitor)}

    def _options(self, backend: str, options: Mapping[str, JsonValue]) -> dict[str, object]:
        """Return the values of a backend's own options; one that isn't given gets what its control began with."""
        own = f"{backend}{MARK}"
        first = {name: begun(control, name) for name, control in self.controls.items() if name.startswith(own)}
        return {**first, **{f"{own}{name}": value for name, value in options.items()}}

    @staticmethod
    def _fields(mode: Mode, recipe: Mapping[str, Any], size: Size) -> dict[str, object]:
        values: dict[str, object] = {}
        for name, info in REQUEST_TYPES[mode].model_fields.items():
            if name in ("mode", "options", "controls", *IMAGE_FIELDS[mode]):
                continue
            if name == "accelerator":
                values |= show_accelerator(recipe.get(name) or {})
                continue
            value = recipe.get(name, "" if info.is_required() else info.default)
            values[name] = values[f"{mode}{MARK}{name}"] = shown(name, value)
        if "width" in values:
            if mode != "text_to_image":
                values["keep_size"] = values["width"] is None
            values["width"], values["height"] = values["width"] or size.width, values["height"] or size.height
        return values


def _of_a_tab(recipe: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the recipe as a tab can show it: of an enlargement, its words and its seed, to draw the picture anew."""
    if recipe.get("mode", TABBED[0]) in TABBED:
        return recipe
    return {name: value for name, value in recipe.items() if name in TextToImage.model_fields} | {"mode": TABBED[0]}
