"""Runs that go on while their page is opened anew, or in another tab: shown as if nobody had left."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import gradio as gr
from markupsafe import Markup

from backend.caller import Caller
from backend.live import LiveRun
from backend.merge import merge
from backend.runs.records import CostKind
from ui.caller import caller_of
from ui.results import Board, board_html, no_variation
from ui.run import Runner, Updates


@dataclass(frozen=True, slots=True)
class Following:
    """Follows what goes on for the visitor who opens a page."""

    runner: Runner

    def follow(self, request: gr.Request) -> Iterator[Updates]:
        """Show the visitor's runs to their end; nothing changes where none goes on."""
        playground = self.runner.playground
        caller = caller_of(playground, request)
        if going := playground.live.of(caller):
            yield from self.runner.guarded(self._boards(going, caller), caller)
        else:
            yield {self.runner.outputs.generate: gr.skip()}

    def _boards(self, going: Sequence[LiveRun], caller: Caller) -> Iterator[str]:
        boards = {live.run.id: self._board(live, caller) for live in going}
        watched = {live.run.id: partial(live.watch, caller.page) for live in going}
        yield self._shown(boards)
        for run_id, event in merge(watched, at_once=len(watched)):
            boards[run_id].see(event)
            yield self._shown(boards)

    def _board(self, live: LiveRun, caller: Caller) -> Board:
        run, backend = live.run, self.runner.playground.choose(live.run.backend)
        kind: CostKind = "free" if run.cost_kind == "free" else backend.cost_kind
        began, fixed = live.stream.began, no_variation(backend)
        board = Board(run.request, backend.label, kind, caller.visitor, began=began, fixed=fixed)
        board.images.update({image.index: image for image in run.images})
        return board

    def _shown(self, boards: Mapping[str, Board]) -> str:
        alone = len(boards) == 1
        parts = [board_html(board, self.runner.served, alone=alone) for board in boards.values()]
        return str(Markup("").join(Markup(part) for part in parts))  # noqa: S704 - made of escaped parts
