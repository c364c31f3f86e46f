"""At a spend cap: two buttons that lead on, to a backend that spends nothing and to one's own key."""

from dataclasses import dataclass

import gradio as gr
from gradio.blocks import Block
from markupsafe import Markup

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.requests import Mode
from backend.playground import Playground
from ui.events.options import QUIET, js_call
from ui.events.page_events import data_of
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.head.header import Header

_KEY = "key"
_BUTTON = Markup('<button type="button" class="small" data-way="{}">{}</button>')


def free_backend(playground: Playground, caller: Caller, mode: Mode | None = None) -> Backend | None:
    """Return a backend that is ready, does this mode (None: any) and spends nobody's credit, or None."""
    for backend in playground.backends.values():
        able = mode is None or mode in backend.capabilities.modes
        if able and not backend.takes_money and backend.missing(caller) is None:
            return backend
    return None


def other_html(playground: Playground, caller: Caller, mode: Mode) -> Markup:
    """Return the button that leads to a backend that does this mode: one that spends nothing before the others."""
    able = [each for each in playground.backends.values() if mode in each.capabilities.modes]
    ready = [each for each in able if each.missing(caller) is None]
    first = free_backend(playground, caller, mode) or next(iter(ready or able), None)
    return Markup('<p class="ways">{}</p>').format(_switch(first)) if first else Markup("")


def ways_html(playground: Playground, caller: Caller, mode: Mode | None = None) -> Markup:
    """Return the buttons that lead on from a cap."""
    free = free_backend(playground, caller, mode)
    switch = _switch(free) if free else Markup("")
    return Markup('<p class="ways">{}{}</p>').format(switch, _BUTTON.format(_KEY, "Use my own key"))


def _switch(backend: Backend) -> Markup:
    return _BUTTON.format(backend.name, f"Switch to {backend.label}")


@dataclass(frozen=True, slots=True)
class WaysOut:
    """Answers the buttons."""

    playground: Playground
    head: Header

    def connect(self, wires: Wires) -> None:
        """Wire the buttons, which stand on cards and under Generate."""
        taken = wires.box.way(self.take, None, self.outputs(), queue=False, **QUIET)
        taken.then(None, None, None, js=js_call("way_taken"))

    def outputs(self) -> list[Block]:
        """Return what the buttons change."""
        return [self.head.backend, self.head.key.box]

    def take(self, event: gr.EventData) -> Updates:
        """Change to the backend, or open the box for the key."""
        way = str(data_of(event).get("way", ""))
        if way == _KEY:
            return {self.head.key.box: gr.update(visible=True, open=True)}
        return {self.head.backend: gr.update(value=self.playground.choose(way).name)}
