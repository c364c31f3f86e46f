"""The trash: what was deleted lies there for a week, comes back, or goes for good at once."""

from dataclasses import dataclass

import gradio as gr
from gradio.blocks import Block
from markupsafe import Markup

from backend.playground import Playground
from backend.record.history import Storage
from ui.events.buttons import PRESS
from ui.events.options import on_load
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.look import words
from ui.serving.caller import caller_of

EMPTY = "trash-sure"
"""The id of the button that empties the trash."""
_STORED = Markup('<p class="quiet">{runs} and {images} of yours take {size}, the trash included.</p>')
# Asked and answered in the browser alone, so that no look at the history comes between the two presses.
_ASK = Markup(
    '<div class="trash-row asking"><button type="button" data-trash="ask">Empty the trash</button></div>'
    '<div class="trash-row sure" role="group" aria-label="Empty the trash">'
    "<p>All of it is deleted for good; starred prompts stay in the prompt book.</p>"
    '<button type="button" class="{press}" id="{empty}" data-trash="done">Delete for good</button>'
    '<button type="button" data-trash="keep">Keep it</button></div>'
)
_EMPTIED = Markup('<p class="undo" role="status">{gone}</p>')
_NOTHING = Markup('<p class="undo" role="status">The trash was empty.</p>')


@dataclass(frozen=True, slots=True)
class TrashArea:
    """The component above the trash."""

    place: gr.HTML

    def outputs(self) -> list[Block]:
        """Return what a look at the history changes here."""
        return [self.place]

    def shown(self, stored: Storage | None, *, any_in_it: bool = False) -> Updates:
        """Return the updates that show what is stored and how to empty the trash; None: the trash isn't looked at."""
        if stored is None:
            return {self.place: gr.update(value="", visible=False)}
        runs, images = words.counted(stored.runs, "run"), words.counted(stored.images, "image")
        told = _STORED.format(runs=runs, images=images, size=_size(stored.bytes))
        ask = _ASK.format(press=PRESS, empty=EMPTY) if any_in_it else ""
        return {self.place: gr.update(value=str(told + ask), visible=True)}


def trash_area() -> TrashArea:
    """Lay out the line with its buttons; the second asks whether the first was meant."""
    script = on_load("trash")
    return TrashArea(gr.HTML("", visible=False, elem_id="trash", js_on_load=script, apply_default_css=False))


@dataclass(frozen=True, slots=True)
class Emptying:
    """Answers the button that means it; `note` is where it is told."""

    playground: Playground
    note: gr.HTML

    def connect(self, wires: Wires) -> None:
        """Wire the button."""
        wires.presses.on(EMPTY, self.empty, (), [self.note], refresh=True)

    def empty(self, request: gr.Request) -> Updates:
        """Delete for good what the visitor has in the trash."""
        whose = self.playground.shown_to(caller_of(self.playground, request).visitor)
        count = sum(self.playground.history.empty_trash(visitor) for visitor in whose)
        text = _EMPTIED.format(gone=words.gone(count)) if count else _NOTHING
        return {self.note: gr.update(value=str(text), visible=True)}


def _size(count: int) -> str:
    if count < 1e6:
        return f"{count / 1e3:.1f} kB"
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
