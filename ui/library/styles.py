"""Styles of one's own: written, kept, and carried in and out of the files of A1111, Fooocus and InvokeAI."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
from markupsafe import Markup
from pydantic import ValidationError

from backend.domain.errors import InvalidRequest, PlaygroundError, Problem, from_validation
from backend.generation.picture_access import check_upload
from backend.prompts.style_files import FORMATS, Imported, StyleFormat, read_styles, write_styles
from backend.prompts.styles import Style, find
from ui.events.options import QUIET
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.form.library import Library
from ui.look.field_titles import error_text
from ui.serving.caller import caller_of
from ui.serving.served import Served, url

_MOST_TOLD = 20
_IMPORTED = Markup('<p class="quiet" role="status">{new} styles came in, {replaced} of them in place of yours.</p>')
_LEFT_OUT = Markup("<details><summary>{count} left out</summary><ul translate='no'>{rows}</ul></details>")
_FILE = Markup(
    '<p class="undo"><a class="restore-file" href="{}" download="{}">Download the styles</a> ({} styles)</p>'
)


@dataclass(frozen=True, slots=True)
class StyleShelfArea:
    """The components of one's own styles."""

    style: gr.Dropdown
    name: gr.Textbox
    prompt: gr.Textbox
    negative: gr.Textbox
    save: gr.Button
    remove: gr.Button
    load: gr.UploadButton
    file_format: gr.Dropdown
    export: gr.Button
    note: gr.HTML


def style_shelf_area() -> StyleShelfArea:
    """Lay out the fold."""
    with gr.Accordion("Your styles", open=False, elem_classes=["fold"], elem_id="style-shelf"):
        style = gr.Dropdown([], label="Yours", elem_id="own-style", info="Choosing one lets you change it.")
        name = gr.Textbox(label="Name", elem_id="style-name", max_lines=1)
        info = "{prompt} is where your own words go; without it, these stand behind them."
        prompt = gr.Textbox(label="Words of the style", info=info, lines=2, elem_id="style-prompt")
        negative = gr.Textbox(label="Negative prompt", lines=1, elem_id="style-negative")
        with gr.Row(elem_classes=["small-row"]):
            save = gr.Button("Save", size="sm", elem_id="style-save")
            remove = gr.Button("Remove", size="sm", elem_id="style-remove")
        with gr.Row(elem_classes=["small-row"]):
            load = gr.UploadButton("Import a file", file_types=[".csv", ".json"], size="sm", elem_id="style-import")
            choices = [(label, name) for name, (label, _) in FORMATS.items()]
            file_format = gr.Dropdown(
                choices, value="a1111", label="Format", show_label=False, container=False, elem_id="style-format"
            )
            export = gr.Button("Export", size="sm", elem_id="style-export")
        note = gr.HTML("", elem_id="style-note", apply_default_css=False)
    return StyleShelfArea(style, name, prompt, negative, save, remove, load, file_format, export, note)


@dataclass(frozen=True, slots=True)
class StyleShelving:
    """Answers the events of one's own styles; `chosen` is the form's list of styles, which they join."""

    library: Library
    served: Served
    area: StyleShelfArea
    chosen: gr.Dropdown

    def connect(self, wires: Wires) -> None:
        """Wire the events."""
        area, presses = self.area, wires.presses
        lists = [area.style, self.chosen]
        wires.when_opened(self.opened, lists)
        fields = [area.name, area.prompt, area.negative]
        area.style.input(self.edit, area.style, fields, preprocess=False, queue=False, **QUIET)
        presses.on(area.save, self.save, fields, [*lists, area.note])
        presses.on(area.remove, self.remove, [area.style], [*lists, *fields, area.note])
        area.load.upload(self.load, area.load, [*lists, area.note], **QUIET)
        presses.on(area.export, self.export, [area.file_format, self.chosen], [area.note])

    def opened(self, request: gr.Request) -> Updates:
        """Add what the visitor keeps to both lists."""
        return self._lists(self._visitor(request))

    def edit(self, name: object, request: gr.Request) -> Updates:
        """Lay a style out to be changed; `name` is whatever a browser sends."""
        style = next((one for one in self._own(self._visitor(request)) if one.name == name), None)
        if style is None:
            return {self.area.name: gr.skip()}
        area = self.area
        return {area.name: style.name, area.prompt: style.prompt, area.negative: style.negative_prompt}

    def save(self, name: str, prompt: str, negative: str, request: gr.Request) -> Updates:
        """Keep what the three boxes say."""
        visitor = self._visitor(request)
        try:
            if not (prompt.strip() or negative.strip()):
                raise InvalidRequest([Problem("prompt", "is empty; write the words that make the style.")])
            self.library.shelf.save_style(visitor, _style(name, prompt, negative))
        except PlaygroundError as error:
            raise gr.Error(error_text(error), print_exception=False) from error
        return {**self._lists(visitor, name.strip()), self.area.note: ""}

    def remove(self, name: str | None, request: gr.Request) -> Updates:
        """Take a style off the shelf and empty the boxes."""
        visitor, area = self._visitor(request), self.area
        try:
            self.library.shelf.remove(visitor, "style", name or "")
        except PlaygroundError as error:
            raise gr.Error(error_text(error), print_exception=False) from error
        return {**self._lists(visitor), **dict.fromkeys((area.name, area.prompt, area.negative, area.note), "")}

    def load(self, path: str, request: gr.Request) -> Updates:
        """Take a file's styles in, and say which were left out and why."""
        visitor = self._visitor(request)
        before = {style.name for style in self._own(visitor)}
        try:
            check_upload(self.library.playground, visitor, Path(path))
            found = self._take(read_styles(Path(path).read_bytes()), visitor)
        except PlaygroundError as error:
            raise gr.Error(error_text(error), print_exception=False) from error
        told = _IMPORTED.format(new=len(found.styles), replaced=sum(one.name in before for one in found.styles))
        return {**self._lists(visitor), self.area.note: str(told + _left_out(found.left_out))}

    def export(self, file_format: str, names: Sequence[str], request: gr.Request) -> Updates:
        """Return a link to a file with the chosen styles, or with all of one's own where none is chosen."""
        visitor = self._visitor(request)
        own = self._own(visitor)
        try:
            styles = find([*self.library.presets.styles, *own], names) if names else own
            if not styles:
                raise InvalidRequest(
                    [Problem("styles", "has none of yours yet; choose some above, or save one first.")]
                )
            kind: StyleFormat = next((known for known in FORMATS if known == file_format), "a1111")
            text = write_styles(styles, kind)
        except PlaygroundError as error:
            raise gr.Error(error_text(error), print_exception=False) from error
        path = self.served.document(FORMATS[kind][1], text, visitor)
        return {self.area.note: str(_FILE.format(url(path), path.name, len(styles)))}

    def _take(self, found: Imported, visitor: str) -> Imported:
        kept, left_out = [], list(found.left_out)
        for style in found.styles:
            try:
                self.library.shelf.save_style(visitor, style)
                kept.append(style)
            except InvalidRequest as error:
                left_out.append(f"{style.name!r}: {error}")
        return Imported(tuple(kept), tuple(left_out))

    def _lists(self, visitor: str, chosen: str | None = None) -> Updates:
        own = [style.name for style in self._own(visitor)]
        every = dict.fromkeys([*own, *(style.name for style in self.library.presets.styles)])
        return {self.area.style: gr.update(choices=own, value=chosen), self.chosen: gr.update(choices=list(every))}

    def _own(self, visitor: str) -> list[Style]:
        return self.library.shelf.styles(visitor)

    def _visitor(self, request: gr.Request) -> str:
        return caller_of(self.library.playground, request).visitor


def _style(name: str, prompt: str, negative: str) -> Style:
    try:
        return Style(name=name, prompt=prompt, negative_prompt=negative)
    except ValidationError as error:
        raise from_validation(error) from error


def _left_out(told: Sequence[str]) -> Markup:
    rows = Markup("").join(Markup("<li>{}</li>").format(line) for line in told[:_MOST_TOLD])
    more = len(told) - _MOST_TOLD
    if more > 0:
        rows += Markup("<li>… +{}</li>").format(more)
    return _LEFT_OUT.format(count=len(told), rows=rows) if told else Markup("")
