"""The one handler behind Generate: values to a request, its events to updates of the page."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency
from pydantic import JsonValue

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.errors import OverBudget, PlaygroundError
from backend.domain.events import Event, Failed
from backend.domain.records import CostKind
from backend.domain.requests import Mode, Request
from backend.generation.generate import generate
from backend.generation.prepared import Asked, Prepared
from backend.playground import Playground
from backend.prompts.variables import fill_request
from ui.events.options import QUIET, QUIETLY, How, with_mask
from ui.events.page_events import news
from ui.events.updates import Updates, repeated
from ui.events.wires import Wires
from ui.form.library import Library
from ui.form.pasted import refuse_pasted
from ui.form.reading import Values, parse
from ui.form.variables import written
from ui.head.ways_out import ways_html
from ui.inputs.panel import spread
from ui.look import words
from ui.look.sentences import error_card
from ui.runs.board import Board, board_html
from ui.runs.stages import Pieces, Show, Stage, Stages, View
from ui.runs.vary_button import Variation
from ui.serving.caller import caller_of
from ui.serving.served import Served
from ui.serving.uploads import Uploads

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outputs:
    """The components that a run changes."""

    stage: gr.HTML
    generate: gr.Button
    stop: gr.Button
    compare: gr.Button
    left: gr.HTML
    enqueue: gr.Button
    news: gr.HTML

    def all(self) -> list[Component]:
        """Return what a run changes from its start to its end."""
        return [self.stage, *self.buttons(), self.news]

    def buttons(self) -> list[Component]:
        """Return the two buttons, one of which is there."""
        return [self.generate, self.stop]


class Runner:
    """Runs what the form asks for."""

    def __init__(self, playground: Playground, library: Library, served: Served, outputs: Outputs) -> None:
        self.playground = playground
        self.library = library
        self.served = served
        self.outputs = outputs
        self.stages = Stages()

    def connect(self, wires: Wires) -> None:
        """Wire Generate and Stop."""
        self.runs(self.outputs.generate.click, self.run, wires)
        self.outputs.stop.click(self.stop, None, self.outputs.buttons(), queue=False, **QUIET)

    def runs(self, event: Callable[..., Dependency], run: Callable[..., Iterator[Updates]], wires: Wires) -> None:
        """Let an event run what the form asks for, with the mask that is drawn over its picture."""
        # Raw values: Gradio's own range checks would refuse without naming the field, ours name it and the way out.
        how: How = {"preprocess": False, "trigger_mode": "once", **QUIETLY}
        asked = wires.but()
        event(run, None, self.outputs.all(), inputs_kwargs=asked, js=with_mask(asked), **how)

    def run(self, request: gr.Request, **values: JsonValue) -> Iterator[Updates]:
        """Make the images that the form asks for; every yield is a chance for Gradio to close this on leaving."""
        given = spread(values)
        yield from self.guarded(lambda caller: self._views(given, caller), caller_of(self.playground, request))

    def guarded(self, show: Show, caller: Caller, *, begins: bool = True) -> Iterator[Updates]:
        """Give the page's stage to a press until a later one takes it; what goes wrong in it becomes a card.

        One that `begins` nothing only looks at what goes on.
        """
        stage = self.stages.take(caller.page)

        def shown(acting: Caller) -> Iterator[Updates]:
            for pieces in self._safely(show(acting), stage, acting):
                yield {self.outputs.stage: gr.skip() if pieces is None else pieces}

        yield from self.acting(shown, caller, begins=begins)
        if stage.promised:
            yield {**self._settled(caller), self.outputs.news: news(promised=True)}

    def acting(
        self, updates: Callable[[Caller], Iterator[Updates]], caller: Caller, *, begins: bool = True
    ) -> Iterator[Updates]:
        """Carry out a press with Stop in the place of Generate, which comes back with the page's last one.

        Every word repeats what became of the components before, and how the buttons stand by now: of words that reach
        a browser in one piece, Gradio's (6.31) lays each `gr.update` into the one before, and what the last of them
        leaves out is lost.
        """
        changed: Updates = {}
        with self.playground.live.press(caller, begins=begins) as acting:
            yield self._buttons(running=True)
            for told in updates(acting):
                changed = repeated(changed, told)
                yield {**told, **changed, **self._standing(acting)}
        yield {**changed, **self._settled(caller), self.outputs.news: news()}

    def _standing(self, acting: Caller) -> Updates:
        """Return the buttons as they stand during a press: after its Stop, as whatever else goes on has them."""
        return self._buttons(running=not acting.stopped or self.playground.live.busy(acting))

    def _safely(self, views: Iterator[View], stage: Stage, caller: Caller) -> Iterator[Pieces | None]:
        """Yield what stands on the stage, errors included; None where a later press has taken it."""
        error: PlaygroundError | None = None
        try:
            for view in views:
                stage.view = view
                yield view.draw() if self.stages.shows(stage) else None
        except PlaygroundError as wrong:
            error = wrong
        except Exception:  # The page's rim: without this a visitor would look at a run that never ends.
            log.exception("The page broke down on a run")
            error = PlaygroundError("The playground broke down on this run; its log says why.", billed="unknown")
        shown = self._ended(stage, error, caller)
        if self.stages.shows(stage):
            yield shown
        elif error:
            gr.Warning(words.sentence(error))

    def _ended(self, stage: Stage, error: PlaygroundError | None, caller: Caller) -> Pieces | None:
        """Return what stands on the stage at the end; what came before an error stays there."""
        boards = stage.view.boards if stage.view else ()
        if error and not any(board.images for board in boards):
            alone = [str(error_card(error))]
        else:
            for board in boards:
                if error and not board.over:
                    board.see(Failed(error))
            alone = stage.view.draw() if stage.view else []
        capped = any(isinstance(each, OverBudget) for each in (error, *(board.error for board in boards)))
        if error is None and not capped:
            return None
        return [*alone, str(ways_html(self.playground, caller))] if capped else alone

    def _views(self, values: dict[str, JsonValue], caller: Caller) -> Iterator[View]:
        """Run what was asked, one board a run (a prompt with choices is a run an image); show it at every change."""
        yield from self.views(self.asked(values, caller).prepared(caller), caller)

    def views(self, prepared: Prepared, caller: Caller) -> Iterator[View]:
        """Run prepared requests one after the other and show all of them at every change; a failure ends it."""
        boards: list[Board] = []
        view = View(boards, lambda: self._shown(boards))
        for request in prepared.requests:
            boards.append(self.board(prepared.backend, request, caller, kind=prepared.backend.cost_kind))
            yield view
            for event in self._generated(prepared, request, caller, boards):
                boards[-1].see(event)
                yield view
            if boards[-1].error or boards[-1].stopped is not None:
                return

    def _generated(
        self, prepared: Prepared, request: Request, caller: Caller, boards: Sequence[Board]
    ) -> Iterator[Event]:
        return generate(
            self.playground,
            caller,
            prepared.backend.name,
            request,
            patient=len(boards) > 1,
            checked=prepared.is_checked(request),
            on_estimate=boards[-1].priced,
        )

    def board(
        self, backend: Backend, request: Request, caller: Caller, *, label: str = "", kind: CostKind | None = None
    ) -> Board:
        """Return what shows a request while it runs there; `kind` says what its costs are where that will be told."""
        if kind is None:
            kind = "free" if backend.estimate(request, caller).free else backend.cost_kind
        varying = Variation.of(backend, request, caller)
        return Board(request, label or backend.label, kind, caller.visitor, varying=varying)

    def _shown(self, boards: list[Board]) -> Pieces:
        return [board_html(board, self.served, alone=len(boards) == 1) for board in boards]

    def stop(self, request: gr.Request) -> Updates:
        """Stop all that this visitor runs from pages; each run's own event says on its stage how it ended."""
        self.playground.live.stop(caller_of(self.playground, request))
        return self._buttons(running=False)

    def asked(self, values: Mapping[str, Any], caller: Caller) -> Asked:
        """Read the request out of the form's values, and the styles and lists that go with it."""
        mode = mode_of(values)
        backend = self.playground.choose(str(values.get("backend") or "auto"))
        given = Values(mode, backend.name, values)
        request = parse(given, backend.capabilities, Uploads(self.playground, caller))
        request = fill_request(request, written(values), partly=bool(values.get("priced_only")))
        refuse_pasted(request)
        return Asked(backend, request, self.library.wording(caller, values.get("styles") or ()))

    def _settled(self, caller: Caller) -> Updates:
        return self._buttons(running=self.playground.live.busy(caller))

    def _buttons(self, *, running: bool) -> Updates:
        return {
            self.outputs.generate: gr.update(visible=not running),
            self.outputs.stop: gr.update(visible=running),
        }


def mode_of(values: Mapping[str, Any]) -> Mode:
    """Return the mode of the open tab, out of a form's values."""
    mode: Mode = values.get("mode") or "text_to_image"
    return mode
