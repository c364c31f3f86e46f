"""Watches the form as a whole: the browser looks at it after each change and tells the server what it says."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
from pydantic import JsonValue

from backend.domain.requests import TABBED
from backend.playground import Playground
from ui.events.options import QUIETLY, How
from ui.events.page_events import answer, data_of
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.experiments.comparison import Comparing
from ui.head.header import Header, Switch
from ui.head.own_key import OwnKeys
from ui.history.looking import Looking
from ui.inputs.makers import maker_of
from ui.library.memory import Remembering
from ui.queue.acts import QueueActs
from ui.runs.exact_price import ExactPrice
from ui.runs.generate_button import GenerateButton
from ui.runs.recovering import Recovering
from ui.runs.runner import Runner
from ui.serving.caller import caller_of
from ui.wiring.switching import Fitting

# The script asks one thing at a time; "multiple", since Gradio's own waiting line would send a change's older values.
_NOW: How = {"queue": False, "trigger_mode": "multiple", **QUIETLY}

_TAKEN = ("self", "request")
"""Names of arguments that no value may stand in for: handlers take the values by name."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the browser tells: the controls' values by name, the backend before, and the turn that an answer names.

    `laid` is what the form was fitted to last, `meant` what its values began with (`ui/inputs/makers.py`).
    """

    values: dict[str, JsonValue]
    before: str = ""
    laid: str = ""
    meant: str = ""
    planned: bool = False
    turn: str = ""

    @classmethod
    def of(cls, event: gr.EventData, playground: Playground) -> "Seen":
        """Read an event; whatever a browser may send becomes a form of which each field is checked later."""
        data = data_of(event)
        values = data.get("values")
        values = {name: values[name] for name in values if name not in _TAKEN} if isinstance(values, dict) else {}
        if values.get("mode") not in TABBED:
            values["mode"] = TABBED[0]
        if values.get("backend") not in list(playground.backends):
            values["backend"] = playground.default
        before, laid, meant, turn = (str(data.get(name, "")) for name in ("before", "laid", "meant", "turn"))
        return cls(values, before, laid, meant, planned=bool(data.get("planned")), turn=turn)


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
    queue: QueueActs
    box: gr.HTML

    @property
    def playground(self) -> Playground:
        """Return what all of them work on."""
        return self.runner.playground

    def connect(self, wires: Wires) -> None:
        """Wire the looks at the form: at every control but the mask, which is drawn."""
        box, watched = self.box, list(wires.but("mask").values())
        box.look(None, watched, None, js="(...values) => window.playground_form.seen(...values)")
        written = box.kept(None, None, watched, js="() => window.playground_form.typed()")
        written.then(None, None, None, js="() => window.playground_form.look(0)")
        # At once: whoever switches waits for it.
        self.head.backend.change(None, None, None, js="() => window.playground_form.look(0)")
        outputs = self.runner.outputs
        told = [box, outputs.generate, outputs.enqueue, outputs.compare, outputs.left]
        stand = self.head.stand()
        box.changed(self.changed, None, [*told, *stand], **_NOW)
        key = self.head.key.shown()
        around = [*stand, *key, self.exact.button, *self.fitting.outputs()]
        box.switched(self.switched, None, [*told, *around], **_NOW)
        history = self.looking.area
        around = [*stand, *key, self.recovering.area, self.queue.area, *history.outputs()]
        box.refreshed(self.refreshed, None, [*told, *around], inputs_kwargs=history.searched(), **_NOW)

    def changed(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Return the price of what the form says now, and how the backend stands for its mode."""
        seen = Seen.of(event, self.playground)
        return {**self._told(seen, seen.values, request), **self._stand(seen, request)}

    def switched(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Return the form fitted to the backend that was switched to, its price there, and how that backend stands."""
        seen = Seen.of(event, self.playground)
        name = str(seen.values["backend"])
        # Before the form is fitted: should the model be switched meanwhile, the page is told so, and asks again.
        maker = maker_of(self.playground.choose(name))
        fitted, values = self.fitting.fit(name, seen.before, seen.values, seen.laid, seen.meant)
        around = {
            **OwnKeys(self.playground, self.head.key).show(name, request),
            self.exact.button: self.exact.fit(name),
        }
        told = self._told(seen, values, request, maker)
        return {**told, **self._stand(seen, request), **around, **fitted}

    def refreshed(self, event: gr.EventData, request: gr.Request, **asked: Any) -> Updates:
        """Return what runs, keys and money change: the price and what is left, the backend's state, the history."""
        seen = Seen.of(event, self.playground)
        name = str(seen.values["backend"])
        stand = self._stand(seen, request) | OwnKeys(self.playground, self.head.key).tell(name, request)
        # In this order: what the queue has drawn by then is in the history, and what it draws later is followed.
        going, queue = self.queue.goes_on(request), self.queue.look(request)
        around = {self.recovering.area: self.recovering.look(request), **self.looking.look(request, **asked), **queue}
        told = self._told(seen, seen.values, request, going=going)
        return {**told, **stand, **around}

    def _stand(self, seen: Seen, request: gr.Request) -> Updates:
        backend, mode = str(seen.values["backend"]), str(seen.values["mode"])
        return Switch(self.playground, self.head).look(backend, mode, request)

    def _told(
        self,
        seen: Seen,
        values: dict[str, JsonValue],
        request: gr.Request,
        maker: str | None = None,
        *,
        going: bool = False,
    ) -> Updates:
        """Return the end of the turn with what the browser is to remember, and the prices of all presses."""
        kept = self.remembering.keep(values)
        comparing = Comparing(self.runner)
        grid = comparing.grid_price(request, **values) if seen.planned else None
        button, caller = GenerateButton(self.runner), caller_of(self.playground, request)
        asked = button.asked(values, caller)
        prices = button.price(caller, values, asked) | comparing.offer(caller, asked)
        drawn_by = maker or maker_of(self.playground.choose(str(seen.values["backend"])))
        return {self.box: answer(seen.turn, kept, going=going, grid=grid, maker=drawn_by), **prices}
