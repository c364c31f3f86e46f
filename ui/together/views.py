"""A room's board as one member sees it now, and nothing of anybody else's page."""

from collections.abc import Iterator
from dataclasses import dataclass

from backend.domain.events import Progress
from backend.domain.records import Run, RunImage
from backend.library.room_boards import Board
from backend.playground import Playground
from ui.together.games.items import game_item, vote_button, vote_fact
from ui.together.items import Item, drawing_item, head_item, people_items, picture_item
from ui.together.money import who_pays


@dataclass(frozen=True, slots=True)
class Views:
    """Looks at rooms for their members."""

    playground: Playground

    def board(self, room_id: str, visitor: str) -> Board:
        """Return the room's board; raise `NotFound` or `NotAllowed` for who isn't in the room."""
        return self.playground.room_boards.look(self.playground.rooms, room_id, visitor)

    def items(self, room_id: str, visitor: str) -> list[Item]:
        """Return all that stands on the board for this visitor, in its order; raise as `board`."""
        board = self.board(room_id, visitor)
        going, shown = [run for run in board.runs if self._goes_on(run)], list(_pictures(board, visitor))
        return [
            head_item(board, who_pays(self.playground, room_id, brief=True)),
            *people_items(board, visitor, (run.visitor for run in going)),
            game_item(board, shown, visitor),
            *(drawing_item(board, run, self.far(run.id)) for run in going),
            *(self._picture(board, run, image, visitor) for run, image in shown),
        ]

    def _picture(self, board: Board, run: Run, image: RunImage, visitor: str) -> Item:
        of_round = vote_button(board, run, image, visitor), vote_fact(board, run, image, visitor)
        return picture_item(board, run, image, visitor, of_round)

    def far(self, run_id: str) -> Progress | None:
        """Return how far a run is that goes on in this process; None for any other."""
        live = self.playground.live.found(run_id)
        return live.stream.far if live else None

    def _goes_on(self, run: Run) -> bool:
        return run.status == "running" and len(run.images) < run.request.count


def _pictures(board: Board, visitor: str) -> Iterator[tuple[Run, RunImage]]:
    shown = [
        (run, image) for run in board.runs for image in reversed(run.images) if board.shows(run, image.index, visitor)
    ]
    pinned = [each for each in shown if board.pinned(each[0].id, each[1].index)]
    yield from pinned
    yield from (each for each in shown if each not in pinned)
