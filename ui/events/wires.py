"""What a feature connects itself to: the page's own events, its small buttons, and the form's controls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import gradio as gr
from gradio.blocks import Block
from gradio.components import Component
from gradio.events import Dependency

from ui.events.buttons import Presses
from ui.events.options import js_call
from ui.events.updates import Updates

Part = tuple[Callable[[gr.Request], Updates], Sequence[Block]]
"""A question, and the components that its answer may change."""


@dataclass(frozen=True, slots=True)
class Wires:
    """The same for all features of a page.

    `box` has the page's own events, `values` every control that a request is read from, by the name of its value;
    `parts` is what a page asks for when it opens.
    """

    page: gr.Blocks
    box: gr.HTML
    presses: Presses
    values: Mapping[str, Component]
    parts: list[Part] = field(default_factory=list)

    def but(self, *names: str) -> dict[str, Block]:
        """Return the form's controls without these."""
        return {name: control for name, control in self.values.items() if name not in names}

    def only(self, *names: str) -> dict[str, Block]:
        """Return these of the form's controls."""
        return {name: self.values[name] for name in names}

    def when_opened(self, ask: Callable[[gr.Request], Updates], changed: Sequence[Block]) -> None:
        """Ask this, too, when a page opens; all of it is one request."""
        self.parts.append((ask, changed))

    def fill_after(self, filled: Dependency) -> None:
        """Open the tab of the mode that the form was filled with, and look at all of it anew."""
        filled.then(None, self.values["mode"], None, js=js_call("filled"))


class Feature(Protocol):
    """Something that the page can do. Its module lays out where it stands; this wires it."""

    def connect(self, wires: Wires) -> None:
        """Connect its events, once, inside the page's Blocks."""
