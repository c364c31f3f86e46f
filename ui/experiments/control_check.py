"""Does the control picture have any effect on this backend? Its price is said first; the answer is two images."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any, assert_never

import gradio as gr
from gradio.components import Component
from markupsafe import Markup
from pydantic import JsonValue

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.errors import PlaygroundError
from backend.domain.events import (
    Committed,
    Event,
    Failed,
    Finished,
    Generated,
    Mapped,
    Progress,
    Queued,
    Stopped,
    Waiting,
)
from backend.domain.records import Run
from backend.domain.requests import ControlNet
from backend.experiments.control_check import Effect, check_effect, effect_estimate
from ui.events.options import QUIETLY, How
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.inputs.panel import spread
from ui.look import words
from ui.look.sentences import error_card
from ui.runs.cards import facts, lost
from ui.runs.generate_button import PRICE_PROMPT, is_stale
from ui.runs.runner import Runner
from ui.serving.caller import caller_of
from ui.serving.served import url

log = logging.getLogger(__name__)

OFFER = (
    "Draws two small images of one seed, without and with the control, to show whether {label} heeds it. "
    "Both go into the history; what the server's key pays counts."
)


class EffectCheck:
    """Answers the two buttons of the check: what it costs, and then the check itself."""

    def __init__(self, runner: Runner, own: Mapping[str, Any]) -> None:
        self.runner = runner
        self.playground = runner.playground
        self.served = runner.served
        self.asking: gr.Button = own["offer_check"]
        self.place: gr.HTML = own["effect"]
        self.run_button: gr.Button = own["run_check"]

    def connect(self, wires: Wires) -> None:
        """Wire the check whether a control acts."""
        asked = wires.but()
        how: How = {"preprocess": False, "inputs_kwargs": asked, **QUIETLY}
        at_once: How = {**how, "queue": False}
        offered: How = {**how, "inputs_kwargs": {**asked, "offered": self.run_button}, "trigger_mode": "once"}
        self.asking.click(self.offer, None, self.outputs(), **at_once)
        changed = [*self.outputs(), *self.runner.outputs.buttons(), self.runner.outputs.news]
        self.run_button.click(self.check, None, changed, **offered)

    def outputs(self) -> list[Component]:
        """Return what the first answer changes, and the second beside Stop and the history."""
        return [self.place, self.run_button]

    def offer(self, request: gr.Request, **values: JsonValue) -> Updates:
        """Say what the check does and costs, and show the button that runs it."""
        try:
            caller = caller_of(self.playground, request)
            backend, asked = self._asked(spread(values), caller)
            return self._offered(backend, self._button(backend, asked, caller))
        except PlaygroundError as error:
            return self._said(error_card(error))

    def check(self, request: gr.Request, *, offered: object = None, **values: JsonValue) -> Iterator[Updates]:
        """Run the check and yield how it goes; ends with the verdict over the two images.

        `offered` is what the pressed button said: where that isn't its price any more, the price is said anew.
        """
        given = spread(values)
        caller = caller_of(self.playground, request)
        yield from self.runner.acting(lambda acting: self._checked(given, offered, acting), caller)

    def _checked(self, values: dict[str, JsonValue], offered: object, caller: Caller) -> Iterator[Updates]:
        try:
            backend, asked = self._asked(values, caller)
            button = self._button(backend, asked, caller)
            if is_stale(offered, button):
                yield self._offered(backend, button)
                return
            for event in check_effect(self.playground, caller, backend.name, asked):
                yield self._said(self._shown(event, backend, caller))
        except PlaygroundError as error:
            yield self._said(error_card(error))
        except Exception:  # The page's rim: without this a visitor would look at a check that never ends.
            log.exception("The page broke down on a check")
            broken = PlaygroundError("The playground broke down on this check; its log says why.", billed="unknown")
            yield self._said(error_card(broken))

    def _button(self, backend: Backend, asked: ControlNet, caller: Caller) -> str:
        return f"Draw both · {words.price(effect_estimate(self.playground, caller, backend, asked))}"

    def _offered(self, backend: Backend, button: str) -> Updates:
        text = Markup("<p>{}</p>").format(OFFER.format(label=backend.label))
        return self._said(text, button=gr.update(visible=True, value=button))

    def _shown(self, event: Event | Effect, backend: Backend, caller: Caller) -> Markup:
        works = f"{backend.label} is working"
        match event:
            case Effect():
                return self._verdict(event, caller)
            case Failed(error):
                return error_card(error)
            case Stopped(seconds):
                line = words.stopped(seconds, submitted=False)
            case Queued():
                line = "Starting"
            case Progress():
                line = event.doing
            case Waiting(seconds):
                line = f"{works}, {words.duration(seconds)}"
            case Committed() | Generated() | Finished() | Mapped():
                line = works
            case _:
                assert_never(event)
        return Markup('<p role="status">{}</p>').format(line)

    def _verdict(self, effect: Effect, caller: Caller) -> Markup:
        said = Markup('<p class="verdict" role="status">{}</p>').format(str(effect))
        runs = {"Without the control": effect.without, "With it": effect.with_control}
        figures = Markup("").join(self._figure(name, run, caller) for name, run in runs.items())
        return said + Markup('<div class="two">{}</div>').format(figures)

    def _figure(self, name: str, run: Run, caller: Caller) -> Markup:
        image = run.images[0]
        try:
            address = url(self.served.copy(image, caller.visitor))
            picture = Markup('<img src="{}" alt="{}">').format(address, name)
        except PlaygroundError as error:
            picture = lost(error)
        figure = Markup("<figure>{}<figcaption><b>{}</b> {}</figcaption></figure>")
        return figure.format(picture, name, facts(image, run.cost_kind, run))

    def _said(self, html: Markup, *, button: object = None) -> Updates:
        return {self.place: str(html), self.run_button: button or gr.update(visible=False)}

    def _asked(self, values: dict[str, JsonValue], caller: Caller) -> tuple[Backend, ControlNet]:
        prompt = str(values.get("prompt") or "").strip() or PRICE_PROMPT
        asked = self.runner.asked({**values, "mode": "controlnet", "prompt": prompt}, caller)
        request, *_ = asked.prepared(caller).requests
        assert isinstance(request, ControlNet)
        return asked.backend, request
