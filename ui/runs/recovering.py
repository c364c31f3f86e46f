"""Runs that a provider may have finished and billed unheard: listed, and brought home on request, never sent again."""

from collections.abc import Iterator
from dataclasses import dataclass

import gradio as gr
from markupsafe import Markup

from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.domain.errors import NotFound, NotReady
from backend.domain.records import Run
from backend.generation.generate import collect
from backend.playground import Playground
from ui.events.options import QUIET, on_load
from ui.events.page_events import data_of
from ui.events.updates import Update, Updates
from ui.events.wires import Wires
from ui.look import words
from ui.runs.board import board_html
from ui.runs.runner import Runner
from ui.runs.stages import View
from ui.serving.caller import caller_of

_LINE = Markup(
    "<li><span translate='no'>“{prompt}” · {label} · {when:%d %b, %H:%M} UTC · {price}</span>"
    '<button type="button" class="small" data-run="{run}">Recover</button></li>'
)
_BOX = Markup(
    '<section class="waiting"><h3>May have been billed, and may be ready</h3>'
    "<p>The provider accepted these. Recovering asks how they ended; it costs nothing more.</p>"
    "<ul>{}</ul></section>"
)
_SHORT = 80


def recovering_area() -> gr.HTML:
    """Lay out the list; it shows itself once there is something in it."""
    return gr.HTML(
        "", visible=False, elem_id="recoverable", js_on_load=on_load("recoverable", "recover"), apply_default_css=False
    )


@dataclass(frozen=True, slots=True)
class Recovering:
    """Answers the list's buttons; each run is looked up among the visitor's own."""

    playground: Playground
    runner: Runner
    area: gr.HTML

    def connect(self, _wires: Wires) -> None:
        """Wire the buttons of the list; the watch over the page looks at it."""
        self.area.recover(self.recover, None, self.runner.outputs.all(), **QUIET)

    def look(self, request: gr.Request) -> Update:
        """Return the list of what this visitor can recover."""
        found = self._recoverable(caller_of(self.playground, request))
        lines = Markup("").join(self._line(run) for run in found)
        return gr.update(value=str(_BOX.format(lines)) if found else "", visible=bool(found))

    def recover(self, event: gr.EventData, request: gr.Request) -> Iterator[Updates]:
        """Show a run while it is brought home."""
        caller, run_id = caller_of(self.playground, request), str(data_of(event).get("run", ""))
        yield from self.runner.guarded(lambda acting: self._views(run_id, acting), caller)

    def _views(self, run_id: str, caller: Caller) -> Iterator[View]:
        run = self.playground.store.run(run_id, self.playground.whose(run_id, caller.visitor))
        if run_id not in [found.id for found in self._recoverable(caller)]:
            raise NotFound("It is known how this run ended; there is nothing to recover.")
        backend = self.playground.choose(run.backend)
        if missing := backend.missing(caller):
            raise NotReady(missing)
        board = self.runner.board(backend, run.request, caller)
        board.images.update({image.index: image for image in run.images})
        view = View([board], lambda: [board_html(board, self.runner.served)])
        for event in collect(self.playground, caller, run):
            board.see(event)
            yield view

    def _recoverable(self, caller: Caller) -> list[Run]:
        whose = self.playground.shown_to(caller.visitor)
        return [run for visitor in whose for run in self.playground.history.recoverable(visitor)]

    def _line(self, run: Run) -> Markup:
        known = self.playground.backends.get(run.backend)
        label = known.label if known else run.backend
        price = words.price(Estimate(likely=run.estimate_usd))
        prompt = run.request.prompt[:_SHORT]
        return _LINE.format(prompt=prompt, label=label, when=run.created, price=price, run=run.id)
