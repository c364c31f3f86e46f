"""Watches the form as a whole: the browser looks at it after each change and tells the server what it says.

Gradio's own way, an event at every control, costs a page of this size a second at its start: it goes through all
events' targets for each component, and through all components for each target.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from backend.playground import Playground
from backend.requests import MODES
from ui.comparing import Comparing
from ui.events import QUIET
from ui.exact_price import ExactPrice
from ui.fitting import Fitting
from ui.grid_area import GridArea
from ui.header import Header, Switch
from ui.history import Looking
from ui.own_key import OwnKeys
from ui.recovering import Recovering
from ui.remembering import Remembering
from ui.run import Runner

_SCRIPT = Path(__file__).parent / "watch.js"
# The script asks one thing at a time; "multiple", since Gradio's own waiting line would send a change's older values.
_NOW: dict[str, Any] = {"queue": False, "trigger_mode": "multiple", **QUIET}

Updates = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the browser tells: the controls' values by name, the backend before, and the turn that an answer names."""

    values: dict[str, Any]
    before: str = ""
    planned: bool = False
    turn: str = ""

    @classmethod
    def of(cls, event: gr.EventData) -> "Seen":
        """Read an event; whatever a browser may send becomes a form of which each field is checked later."""
        data = event._data if isinstance(event._data, dict) else {}
        values = data.get("values")
        values = dict(values) if isinstance(values, dict) else {}
        if values.get("mode") not in MODES:
            values["mode"] = MODES[0]
        return cls(values, str(data.get("before", "")), bool(data.get("planned")), str(data.get("turn", "")))


def watch_area(playground: Playground, names: Iterable[str], grid: Iterable[str]) -> gr.HTML:
    """Lay out the watch, which nobody sees; `names` are the watched values, in their order, `grid` some of them."""
    return gr.HTML(
        "",
        html_template="",
        js_on_load=_SCRIPT.read_text(encoding="utf-8"),
        apply_default_css=False,
        visible="hidden",
        elem_id="watch",
        names=list(names),
        grid=list(grid),
        backend=playground.choose("auto").name,
    )


@dataclass(frozen=True, slots=True)
class Watch:
    """Answers what was seen: the form changed, the backend was switched, or something around the form is new."""

    runner: Runner
    fitting: Fitting
    remembering: Remembering
    looking: Looking
    recovering: Recovering
    head: Header
    exact: ExactPrice
    grid: GridArea
    kept: gr.BrowserState

    @property
    def playground(self) -> Playground:
        """Return what all of them work on."""
        return self.runner.playground

    def connect(self, values: Mapping[str, Any]) -> None:
        """Lay the watch out over these controls, by the name of their value, and wire it; the mask is none of its."""
        watched = {**{name: control for name, control in values.items() if name != "mask"}, **self.grid.values()}
        box = watch_area(self.playground, watched, self.grid.values())
        box.look(None, list(watched.values()), None, js="(...values) => window.playground_form.seen(...values)")
        # At once: whoever switches waits for it.
        self.head.backend.change(None, None, None, js="() => window.playground_form?.look(0)")
        told = [box, self.runner.outputs.generate, self.runner.outputs.left]
        stand = [self.head.state, self.head.timer, self.head.key.box, self.exact.button]
        around = [self.head.state, self.head.timer, self.recovering.area, *self.looking.area.outputs()]
        box.changed(self.changed, None, [*told, self.kept, self.grid.price], **_NOW)
        box.switched(self.switched, None, [*told, self.kept, *stand, *self.fitting.outputs()], **_NOW)
        asked = self.looking.area.searched()
        box.refreshed(self.refreshed, None, [*told, *around], inputs_kwargs=asked, **_NOW)

    def changed(self, event: gr.EventData, request: gr.Request) -> list[Any]:
        """Return the price of what the form says now, the browser's memory of it, and the price of a changed grid."""
        seen = Seen.of(event)
        planned = Comparing(self.runner).grid_price(request, **seen.values) if seen.planned else gr.skip()
        return [*self._told(seen, seen.values, request), self.remembering.keep(**seen.values), planned]

    def switched(self, event: gr.EventData, request: gr.Request) -> list[Any]:
        """Return the form fitted to the backend that was switched to, its price there, and how that backend stands."""
        seen = Seen.of(event)
        name = self.playground.choose(str(seen.values.get("backend"))).name
        updates, values = self.fitting.fit(name, seen.before, seen.values)
        look = Switch(self.playground).look(name, request)
        key = OwnKeys(self.playground).show(name, request)
        stand = [*look, key, self.exact.fit(name)]
        fitted = [updates.get(each, gr.skip()) for each in self.fitting.outputs()]
        return [*self._told(seen, values, request), self.remembering.keep(**values), *stand, *fitted]

    def refreshed(self, event: gr.EventData, request: gr.Request, **asked: Any) -> list[Any]:
        """Return what runs, keys and money change: the price and what is left, the backend's state, the history."""
        seen = Seen.of(event)
        look = Switch(self.playground).look(str(seen.values.get("backend")), request)
        found = self.looking.look(request, **asked)
        history = [found.get(each, gr.skip()) for each in self.looking.area.outputs()]
        return [*self._told(seen, seen.values, request), *look, self.recovering.look(request), *history]

    def _told(self, seen: Seen, values: dict[str, Any], request: gr.Request) -> list[Any]:
        """Return the turn, the button with its price, and the line under it."""
        priced = self.runner.price(request, **values)
        return [seen.turn, priced[self.runner.outputs.generate], priced[self.runner.outputs.left]]
