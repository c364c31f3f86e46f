"""Lists of one's own, from which `__name__` in a prompt draws a line by the seed."""

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr
from markupsafe import Markup

from backend.domain.errors import PlaygroundError
from backend.library.shipped import read_list
from ui.events.options import QUIET
from ui.events.updates import Update, Updates
from ui.events.wires import Wires
from ui.form.library import Library
from ui.look.field_titles import error_text
from ui.serving.caller import caller_of

_HOW = Markup(
    '<p class="hint">In the prompt, <code>__name__</code> draws a line of that list by the seed. Here already: {}.</p>'
)


@dataclass(frozen=True, slots=True)
class ListShelfArea:
    """The components of one's own lists."""

    chosen: gr.Dropdown
    name: gr.Textbox
    lines: gr.Textbox
    save: gr.Button
    remove: gr.Button


def list_shelf_area(known: Sequence[str]) -> ListShelfArea:
    """Lay out the fold; `known` are the names of the lists that come with the playground."""
    with gr.Accordion("Your lists", open=False, elem_classes=["fold"], elem_id="list-shelf"):
        gr.HTML(str(_HOW.format(", ".join(known))), apply_default_css=False)
        chosen = gr.Dropdown([], label="Yours", elem_id="own-list")
        name = gr.Textbox(label="Name", max_lines=1, elem_id="list-name")
        lines = gr.Textbox(label="One entry a line", lines=4, max_lines=12, elem_id="list-lines")
        with gr.Row(elem_classes=["small-row"]):
            save = gr.Button("Save", size="sm", elem_id="list-save")
            remove = gr.Button("Remove", size="sm", elem_id="list-remove")
    return ListShelfArea(chosen, name, lines, save, remove)


@dataclass(frozen=True, slots=True)
class ListShelving:
    """Answers the events of one's own lists."""

    library: Library
    area: ListShelfArea

    def connect(self, wires: Wires) -> None:
        """Wire the events."""
        area, boxes, presses = self.area, [self.area.name, self.area.lines], wires.presses
        wires.when_opened(self.opened, [area.chosen])
        area.chosen.input(self.edit, area.chosen, boxes, preprocess=False, queue=False, **QUIET)
        presses.on(area.save, self.save, boxes, [area.chosen])
        presses.on(area.remove, self.remove, [area.chosen], [area.chosen, *boxes])

    def opened(self, request: gr.Request) -> Updates:
        """Return the names of what the visitor keeps."""
        return {self.area.chosen: self._names(self._visitor(request))}

    def edit(self, name: object, request: gr.Request) -> tuple[object, object]:
        """Lay a list out to be changed; `name` is whatever a browser sends."""
        lines = self.library.shelf.lists(self._visitor(request)).get(str(name))
        return (gr.skip(), gr.skip()) if lines is None else (name, "\n".join(lines))

    def save(self, name: str, lines: str, request: gr.Request) -> Updates:
        """Keep the lines under the name."""
        visitor, plain = self._visitor(request), name.strip()
        try:
            self.library.shelf.save_list(visitor, plain, read_list(lines))
        except PlaygroundError as error:
            raise gr.Error(error_text(error), print_exception=False) from error
        return {self.area.chosen: self._names(visitor, plain)}

    def remove(self, name: str | None, request: gr.Request) -> Updates:
        """Take a list off the shelf and empty the boxes."""
        visitor = self._visitor(request)
        try:
            self.library.shelf.remove(visitor, "list", name or "")
        except PlaygroundError as error:
            raise gr.Error(error_text(error), print_exception=False) from error
        return {self.area.chosen: self._names(visitor), self.area.name: "", self.area.lines: ""}

    def _names(self, visitor: str, chosen: str | None = None) -> Update:
        return gr.update(choices=list(self.library.shelf.lists(visitor)), value=chosen)

    def _visitor(self, request: gr.Request) -> str:
        return caller_of(self.library.playground, request).visitor
