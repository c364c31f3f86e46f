"""Runs that go on while their page is opened anew, or in another tab: shown as if nobody had left."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import gradio as gr

from backend.domain.caller import Caller
from backend.domain.errors import NotFound
from backend.presses.queues import Queues
from backend.presses.worker import PART
from backend.threads.live_runs import LiveRun
from backend.threads.merge import Starts, join
from backend.threads.stream import TICK_SECONDS
from ui.events.options import QUIET
from ui.events.page_events import news
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.runs.board import Board, board_html
from ui.runs.runner import Runner
from ui.runs.stages import Pieces, Stage, View
from ui.serving.caller import caller_of


@dataclass(frozen=True, slots=True)
class Following:
    """Follows what goes on for the visitor who opens a page."""

    runner: Runner
    queues: Queues

    def connect(self, wires: Wires) -> None:
        """Wire what the browser asks when it opens a page on a run, and when a stopped one may bring something."""
        outputs = self.runner.outputs.all()
        # Also while the last one is about to end: what began then would not be followed at all.
        wires.box.follow(self.follow, None, outputs, trigger_mode="multiple", **QUIET)
        # Several may be waited for: each press of Stop promises its own.
        wires.box.promised(self.promised, None, outputs, trigger_mode="multiple", **QUIET)

    def follow(self, request: gr.Request) -> Iterator[Updates]:
        """Show the visitor's runs to their end, also those that begin meanwhile; where none goes on, look around."""
        playground = self.runner.playground
        caller = caller_of(playground, request)
        if playground.live.follows(caller):
            yield {self.runner.outputs.generate: gr.skip()}
        elif playground.live.goes_on(caller):
            yield from self._telling(self.runner.guarded(self._views, caller, begins=False), caller)
        else:
            yield {self.runner.outputs.news: news()}  # What was to be followed may have ended a moment ago.

    def _telling(self, updates: Iterator[Updates], caller: Caller) -> Iterator[Updates]:
        """Yield the updates, and let the browser look around whenever the visitor's queue has changed.

        Within them: a word of its own would leave out the buttons, which the browser may then never hear of.
        """
        known = self.queues.version(caller)
        for update in updates:
            now = self.queues.version(caller)
            yield update if now == known else {self.runner.outputs.news: news(), **update}
            known = now

    def promised(self, request: gr.Request) -> Iterator[Updates]:
        """Show what comes of stopped runs as each ends: on the stage that showed them, and in the history."""
        caller, stage = caller_of(self.runner.playground, request), self.runner.stages.of(request.session_hash)
        boards = {board.run_id: board for board in stage.promised} if stage else {}
        others = [run.id for run in self.runner.playground.live.promised(caller)]
        for run_id in dict.fromkeys([*filter(None, boards), *others]):
            while self.runner.playground.live.carries(run_id):
                yield {self.runner.outputs.stage: gr.skip()}
                time.sleep(TICK_SECONDS)
            yield {self.runner.outputs.news: news(), **self._arrived(stage, boards.get(run_id), caller)}
        yield {self.runner.outputs.news: news()}  # One may have come before it was asked for.

    def _arrived(self, stage: Stage | None, board: Board | None, caller: Caller) -> Updates:
        if stage is None or stage.view is None or board is None or board.run_id is None:
            return {}
        try:
            board.arrived(self.runner.playground.store.run(board.run_id, caller.visitor))
        except NotFound:  # It was deleted before it ended.
            return {}
        return {self.runner.outputs.stage: stage.view.draw()} if self.runner.stages.shows(stage) else {}

    def _views(self, caller: Caller) -> Iterator[View]:
        boards: dict[str, Board] = {}
        queued: list[str] = []
        view = View(boards.values(), lambda: self._shown(boards))

        def further() -> Starts | None:
            live = self.runner.playground.live
            going = {each.run.id: each for each in live.of(caller) if each.run.id not in {*boards, *queued}}
            for run_id, each in going.items():
                if _is_queued(each):  # In the place of the one before it: that lies in the history by now.
                    for earlier in queued:
                        boards.pop(earlier, None)
                    queued.append(run_id)
                boards[run_id] = self._board(each, caller)
            if not going and not live.begins(caller):
                return None
            return {run_id: partial(each.watch, caller.page) for run_id, each in going.items()}

        for run_id, event in join(further):
            if run_id in boards:
                boards[run_id].see(event)
            yield view

    def _board(self, live: LiveRun, caller: Caller) -> Board:
        run, backend = live.run, self.runner.playground.choose(live.run.backend)
        board = self.runner.board(backend, run.request, caller)
        board.began = live.stream.began
        board.images.update({image.index: image for image in run.images})
        return board

    def _shown(self, boards: Mapping[str, Board]) -> Pieces:
        alone = len(boards) == 1
        return [board_html(board, self.runner.served, alone=alone) for board in boards.values()]


def _is_queued(live: LiveRun) -> bool:
    """Whether a run is an entry of the queue."""
    return live.press is not None and live.press.part == PART
