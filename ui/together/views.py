"""A room's board as one member sees it now, and nothing of anybody else's page."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from backend.domain.events import Progress
from backend.domain.records import Run, RunImage
from backend.library.room_boards import Board
from backend.playground import Playground
from backend.threads.recent import Recent
from ui.together.games.items import game_item, vote_button, vote_fact
from ui.together.items import Item, drawing_item, head_item, people_items, picture_item
from ui.together.money import who_pays

MOST_KEPT = 400
"""Members whose boards are kept as HTML, some 100 kB each where a board is full."""
MONEY_SECONDS = 1.0
"""How old what is said of a room's money may be."""


@dataclass(frozen=True, slots=True)
class Views:
    """Looks at rooms for their members; of a board that stays the same only what is being drawn is made anew."""

    playground: Playground
    _kept: Recent[tuple[str, str], tuple[Board, list[Item], list[Item]]] = field(
        default_factory=lambda: Recent(MOST_KEPT)
    )
    _money: Recent[str, tuple[float, list[str]]] = field(default_factory=lambda: Recent(MOST_KEPT))

    def board(self, room_id: str, visitor: str) -> Board:
        """Return the room's board; raise `NotFound` or `NotAllowed` for who isn't in the room."""
        return self.playground.room_boards.look(self.playground.rooms, room_id, visitor)

    def items(self, room_id: str, visitor: str) -> list[Item]:
        """Return all that stands on the board for this visitor, in its order; raise as `board`."""
        board = self.board(room_id, visitor)
        kept = self._kept.get((room_id, visitor))
        if kept is None or kept[0] is not board:
            kept = (board, *self._still(board, visitor))
            self._kept.put((room_id, visitor), kept)
        _, people, pictures = kept
        drawing = [drawing_item(board, run, self.far(run.id)) for run in board.runs if _goes_on(run)]
        return [head_item(board, self._who_pays(room_id)), *people, *drawing, *pictures]

    def _still(self, board: Board, visitor: str) -> tuple[list[Item], list[Item]]:
        """Return what stands before and behind what is being drawn, which changes with the board alone."""
        shown = list(_pictures(board, visitor))
        people = people_items(board, visitor, (run.visitor for run in board.runs if _goes_on(run)))
        pictures = [self._picture(board, run, image, visitor) for run, image in shown]
        return [*people, game_item(board, shown, visitor)], pictures

    def _who_pays(self, room_id: str) -> list[str]:
        now, (said, lines) = time.monotonic(), self._money.get(room_id) or (-MONEY_SECONDS, [])
        if now - said >= MONEY_SECONDS:
            lines = who_pays(self.playground, room_id, brief=True)
            self._money.put(room_id, (now, lines))
        return lines

    def _picture(self, board: Board, run: Run, image: RunImage, visitor: str) -> Item:
        of_round = vote_button(board, run, image, visitor), vote_fact(board, run, image, visitor)
        return picture_item(board, run, image, visitor, of_round)

    def far(self, run_id: str) -> Progress | None:
        """Return how far a run is that goes on in this process; None for any other."""
        live = self.playground.live.found(run_id)
        return live.stream.far if live else None


def _goes_on(run: Run) -> bool:
    return run.status == "running" and len(run.images) < run.request.count


def _pictures(board: Board, visitor: str) -> Iterator[tuple[Run, RunImage]]:
    shown = [
        (run, image) for run in board.runs for image in reversed(run.images) if board.shows(run, image.index, visitor)
    ]
    pinned = [each for each in shown if board.pinned(each[0].id, each[1].index)]
    yield from pinned
    yield from (each for each in shown if each not in pinned)
