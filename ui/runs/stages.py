"""Who writes a page's stage: its latest press alone; what an earlier one makes lands in the history."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from backend.domain.caller import Caller
from ui.runs.board import Board

MOST_PAGES = 10_000
"""Pages whose stage is known; the longest unused are forgotten first, and then show what they showed last."""


Pieces = list[str]
"""HTML in pieces: of a list, Gradio sends a page what differs from what it sent before, of a text always all."""


@dataclass(slots=True)
class View:
    """The runs that a press shows, and how they are drawn as they stand now."""

    boards: Collection[Board]
    draw: Callable[[], Pieces]


Show = Callable[[Caller], Iterator[View]]
"""Runs what was asked on behalf of a press, and yields its view at every change."""


@dataclass(slots=True, eq=False)
class Stage:
    """What one press shows on its page."""

    page: str | None
    view: View | None = None

    @property
    def promised(self) -> list[Board]:
        """Return the runs that were stopped and of which it isn't known yet what came of them."""
        return [board for board in self.view.boards if board.promised] if self.view else []


class Stages:
    """The stage of every page, by its session."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest: OrderedDict[str, Stage] = OrderedDict()

    def take(self, page: str | None) -> Stage:
        """Give the page's stage to a new press."""
        stage = Stage(page)
        if page is not None:
            with self._lock:
                self._latest[page] = stage
                self._latest.move_to_end(page)
                while len(self._latest) > MOST_PAGES:
                    self._latest.popitem(last=False)
        return stage

    def of(self, page: str | None) -> Stage | None:
        """Return what a page shows."""
        return self._latest.get(page or "")

    def shows(self, stage: Stage) -> bool:
        """Whether no later press has taken the page's stage."""
        return stage.page is None or self._latest.get(stage.page) is stage
