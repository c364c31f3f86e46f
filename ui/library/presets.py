"""Styles, presets of one's own, and what they do to the form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from pydantic import JsonValue

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, NotFound, PlaygroundError, Problem
from backend.prompts.styles import Style
from ui.events.options import QUIET
from ui.events.updates import Update, Updates
from ui.events.wires import Wires
from ui.form.filling import Filling
from ui.form.library import Library
from ui.form.reading import Values, draft
from ui.inputs.panel import spread
from ui.look.field_titles import error_text
from ui.serving.caller import caller_of


@dataclass(frozen=True, slots=True)
class LibraryArea:
    """The components of styles and presets."""

    styles: gr.Dropdown
    preset: gr.Dropdown
    name: gr.Textbox
    save: gr.Button
    remove: gr.Button


def styles_control(styles: Sequence[Style]) -> gr.Dropdown:
    """Lay out the choice of styles; a visitor's own join them when the page opens."""
    return gr.Dropdown(
        choices=[style.name for style in styles],
        value=[],
        multiselect=True,
        label="Styles",
        info="Words laid around your prompt. In the prompt, {red|blue} draws one by the seed.",
        elem_id="styles",
    )


def library_area(chosen: gr.Dropdown) -> LibraryArea:
    """Lay out the presets, beside the styles that were chosen."""
    with gr.Accordion("Presets", open=False, elem_classes=["fold"], elem_id="presets"):
        preset = gr.Dropdown([], label="Yours", elem_id="preset", info="Choosing one fills the form.")
        with gr.Row(elem_id="preset-row"):
            name = gr.Textbox(
                label="Name",
                show_label=False,
                placeholder="Name for these settings",
                max_lines=1,
                elem_id="preset-name",
            )
            save = gr.Button("Save", size="sm", scale=0, min_width=0, elem_id="preset-save")
            remove = gr.Button("Remove", size="sm", scale=0, min_width=0, elem_id="preset-remove")
    return LibraryArea(chosen, preset, name, save, remove)


@dataclass(frozen=True, slots=True)
class Shelving:
    """Answers the events of styles and presets."""

    library: Library
    area: LibraryArea
    filling: Filling

    def connect(self, wires: Wires) -> None:
        """Wire the events; a page that opens asks for what its visitor keeps."""
        area, preset = self.area, self.area.preset
        wires.when_opened(self.opened, [preset])
        filling = [*self.filling.outputs(), preset]
        wires.fill_after(preset.input(self.chosen, preset, filling, preprocess=False, queue=False, **QUIET))
        held = {"name": area.name, **wires.but("mask", "easel", "controls", "styles")}
        area.save.click(self.save, None, [preset, area.name], inputs_kwargs=held, preprocess=False, **QUIET)
        wires.presses.on(area.remove, self.remove, [preset], [preset])

    def opened(self, request: gr.Request) -> Updates:
        """Add what the visitor keeps to the choices."""
        return {self.area.preset: self._presets(self._caller(request).visitor)}

    def chosen(self, preset: object, request: gr.Request) -> Updates:
        """Fill the form from a preset; `preset` is whatever a browser sends."""
        recipe = self.library.shelf.presets(self._caller(request).visitor).get(str(preset))
        if recipe is None:
            return {self.area.preset: gr.skip()}
        return self.filling.from_recipe(recipe)

    def save(self, request: gr.Request, **given: JsonValue) -> Updates:
        """Keep what the form says now under a name; pictures are left out."""
        visitor = self._caller(request).visitor
        values: dict[str, Any] = spread(given)
        name = str(values.pop("name", "")).strip()
        backend = self.library.playground.choose(str(values.get("backend") or "auto"))
        try:
            if not name:
                raise InvalidRequest([Problem("name", "is missing; write one beside the button.")])
            recipe = draft(Values(values["mode"], backend.name, values), backend.capabilities)
            self.library.shelf.save_preset(visitor, name, recipe)
        except PlaygroundError as error:
            raise gr.Error(error_text(error), print_exception=False) from error
        return {self.area.preset: self._presets(visitor, name), self.area.name: ""}

    def remove(self, preset: str | None, request: gr.Request) -> Updates:
        """Take a preset off the shelf."""
        visitor = self._caller(request).visitor
        try:
            self.library.shelf.remove(visitor, "preset", preset or "")
        except NotFound as error:
            raise gr.Error(error_text(error), print_exception=False) from error
        return {self.area.preset: self._presets(visitor)}

    def _presets(self, visitor: str, chosen: str | None = None) -> Update:
        return gr.update(choices=list(self.library.shelf.presets(visitor)), value=chosen)

    def _caller(self, request: gr.Request) -> Caller:
        return caller_of(self.library.playground, request)
