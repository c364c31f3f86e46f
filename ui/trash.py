"""The trash: what was deleted lies there for a week, comes back, or goes for good at once."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
from markupsafe import Markup

from backend.playground import Playground
from backend.runs.history import Storage
from ui.caller import caller_of

_STORED = Markup('<p class="quiet">{runs} runs and {images} images of yours take {size}, the trash included.</p>')
_EMPTIED = Markup(
    '<p class="undo" role="status">{count} runs are gone for good. Of the last minute\'s, some may follow later.</p>'
)


@dataclass(frozen=True, slots=True)
class TrashArea:
    """The components above the trash."""

    stored: gr.HTML
    ask: gr.Button
    sure: gr.Button

    def outputs(self) -> list[Any]:
        """Return what a look at the history changes here."""
        return [self.stored, self.ask, self.sure]

    def shown(self, stored: Storage | None) -> dict[Any, Any]:
        """Return the updates that show what is stored and how to empty the trash; None: the trash isn't looked at."""
        on, told = stored is not None, ""
        if stored is not None:
            told = str(_STORED.format(runs=stored.runs, images=stored.images, size=_size(stored.bytes)))
        return {
            self.stored: gr.update(value=told, visible=on),
            self.ask: gr.update(visible=on),
            self.sure: gr.update(visible=False),
        }


def trash_area() -> TrashArea:
    """Lay out the line and its two buttons; the second asks whether the first was meant."""
    stored = gr.HTML("", visible=False, elem_id="stored", apply_default_css=False)
    with gr.Row(elem_classes=["small-row"]):
        ask = gr.Button("Empty the trash", size="sm", scale=0, visible=False, elem_id="trash-empty")
        sure = gr.Button("Delete all of it for good", size="sm", scale=0, visible=False, elem_id="trash-sure")
    return TrashArea(stored, ask, sure)


@dataclass(frozen=True, slots=True)
class Emptying:
    """Answers the two buttons; `note` is where it is told."""

    playground: Playground
    area: TrashArea
    note: gr.HTML

    def ask(self, _request: gr.Request) -> dict[Any, Any]:
        """Show the button that does it."""
        return {self.area.sure: gr.update(visible=True)}

    def empty(self, request: gr.Request) -> dict[Any, Any]:
        """Delete for good what the visitor has in the trash."""
        count = self.playground.history.empty_trash(caller_of(self.playground, request).visitor)
        return {self.note: gr.update(value=str(_EMPTIED.format(count=count)), visible=True)}


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
