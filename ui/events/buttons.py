"""Buttons that ask one small thing: all of them are one event of the page, told apart by the button's id."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import gradio as gr
from gradio.blocks import Block
from gradio.components import Component

from ui.events.options import QUIETLY, How
from ui.events.page_events import data_of, news
from ui.events.updates import Updates

PRESS = "press"
"""The class of such a button; the browser's script looks for it."""


@dataclass(frozen=True, slots=True)
class Press:
    """What a button asks: `answer` takes the inputs' values and then the request."""

    answer: Callable[..., Updates]
    inputs: Sequence[Component]
    outputs: Sequence[Block]
    refresh: bool


class Presses:
    """The page's small buttons; `place` is the component that tells the browser of news."""

    def __init__(self, place: gr.HTML) -> None:
        self.place = place
        self.known: dict[str, Press] = {}

    def on(
        self,
        button: gr.Button | str,
        answer: Callable[..., Updates],
        inputs: Sequence[Component] = (),
        outputs: Sequence[Block] = (),
        *,
        refresh: bool = False,
    ) -> None:
        """Let a button ask; with `refresh`, price, state and history are looked at anew behind it.

        `button` is a component, or the id of a button in somebody's HTML, which has the class there.
        """
        if isinstance(button, gr.Button):
            button.elem_classes.append(PRESS)
        name = button if isinstance(button, str) else str(button.elem_id)
        self.known[name] = Press(answer, inputs, outputs, refresh)

    def connect(self, box: gr.HTML) -> None:
        """Wire all of them, once."""
        inputs = {each for press in self.known.values() for each in press.inputs}
        outputs = dict.fromkeys(each for press in self.known.values() for each in press.outputs)
        how: How = {"preprocess": False, "trigger_mode": "multiple", **QUIETLY}
        box.pressed(self.answer, inputs, [self.place, *outputs], **how)

    def answer(self, given: dict[Component, object], event: gr.EventData, request: gr.Request) -> Updates:
        """Return what the pressed button changes; an unknown one changes nothing."""
        press = self.known.get(str(data_of(event).get("button", "")))
        if press is None:
            return {self.place: gr.skip()}
        updates = press.answer(*(_read(each, given[each]) for each in press.inputs), request)
        return {self.place: news() if press.refresh else gr.skip(), **updates}


def _read(component: Component, value: object) -> object:
    """Return a value as Gradio reads it, but for a choice's: what a visitor keeps is known here, not in the session.

    Gradio holds a choice to the list that the page's session was given last, and a session may be given up.
    """
    if not isinstance(component, gr.Dropdown):
        return component.preprocess(value)
    if component.multiselect:
        return [str(each) for each in value] if isinstance(value, list) else []
    return str(value or "")
