"""What a room's members fetch: the board as it changes, its pictures, previews and zip; nobody else gets any of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import gradio as gr
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from backend.domain.errors import NotAllowed, NotFound, PlaygroundError
from backend.domain.records import RunImage
from backend.library.room_boards import Board
from backend.playground import Playground
from ui.look import words
from ui.serving.caller import caller_of
from ui.serving.served import Served
from ui.together.changes import SentBoards, told
from ui.together.items import ROUTE
from ui.together.views import Views

_NEVER_KEPT = {"Cache-Control": "no-store"}
_KEPT = {"Cache-Control": "private, no-cache"}
"""A browser asks each time whether it may still show it: who was taken out may not."""


@dataclass(frozen=True, slots=True)
class Door:
    """Answers for the rooms; each answer begins with whether the visitor is in the room now.

    The copies that it sends belong to the room, so that Gradio's own way to files leads nobody to them.
    """

    playground: Playground
    served: Served
    views: Views
    sent: SentBoards = field(default_factory=SentBoards)

    def routes(self) -> list[Route]:
        """Return the routes; Starlette carries functions that wait, as these do, out in threads."""
        ways: dict[str, Callable[[Request], Response]] = {
            "/look": self.look,
            "/preview/{run}/{step}.jpg": self.preview,
            "/small/{run}/{index:int}/{name}": self.small,
            "/whole/{run}/{index:int}/{name}": self.whole,
            "/zip/{name}": self.zip,
        }
        return [Route(ROUTE + path, _safely(answer)) for path, answer in ways.items()]

    def look(self, request: Request) -> Response:
        """Return what changed on the board, as JSON; nothing (204) where all of it was seen."""
        items = self.views.items(request.path_params["room"], self._visitor(request))
        return told(request, self.sent.changes(items, request.query_params.get("seen", "")))

    def preview(self, request: Request) -> Response:
        """Return how the image that is being drawn looks by now; raise `NotFound` once it isn't any more."""
        board, _ = self._board(request)
        run_id = request.path_params["run"]
        far = self.views.far(run_id) if run_id in {run.id for run in board.runs} else None
        if far is None or far.preview is None:
            raise NotFound("It isn't being drawn any more.")
        return Response(far.preview, media_type="image/jpeg", headers=_NEVER_KEPT)

    def small(self, request: Request) -> Response:
        """Return a small copy of a picture on the board."""
        board, image = self._picture(request)
        return _file(lambda: self._small(image, _owner(board)))

    def whole(self, request: Request) -> Response:
        """Return a picture on the board, byte for byte, with its settings inside."""
        board, image = self._picture(request)
        return _file(lambda: self.served.copy(image, _owner(board)))

    def zip(self, request: Request) -> Response:
        """Return all pictures of the room that the visitor sees, with what made them."""
        board, visitor = self._board(request)
        everything = self.playground.rooms.board(board.room.id, visitor, limit=None)
        seen = {
            each.run.id: [image.index for image in each.run.images if board.shows(each.run, image.index, visitor)]
            for each in everything
        }
        runs = [each.run for each in everything if seen[each.run.id]]
        path, _ = self.served.archive(runs, _owner(board), chosen=seen)
        return FileResponse(path, filename="room.zip", headers=_NEVER_KEPT)

    def _small(self, image: RunImage, owner: str) -> Path:
        self.served.copy(image, owner)  # Of a file that came to harm no small copy is shown either.
        return self.served.thumbnail(image.sha256, owner)

    def _visitor(self, request: Request) -> str:
        return caller_of(self.playground, gr.Request(request)).visitor

    def _board(self, request: Request) -> tuple[Board, str]:
        visitor = self._visitor(request)
        return self.views.board(request.path_params["room"], visitor), visitor

    def _picture(self, request: Request) -> tuple[Board, RunImage]:
        board, visitor = self._board(request)
        run_id, index = request.path_params["run"], request.path_params["index"]
        # Beyond the newest, which a board shows, an address that was shown before still leads to its picture.
        run = next((run for run in board.runs if run.id == run_id), None) or self.playground.rooms.run(
            board.room.id, visitor, run_id
        )
        image = next((image for image in run.images if image.index == index), None)
        if image is None or not board.shows(run, index, visitor):
            raise NotFound("This picture isn't on the board any more.")
        return board, image


def room_routes(playground: Playground) -> list[Route]:
    """Return the routes of all rooms."""
    served = Served(playground.files, playground.holders, playground.disk)
    return Door(playground, served, Views(playground)).routes()


def _file(copied: Callable[[], Path]) -> Response:
    try:
        return FileResponse(copied(), headers=_KEPT)
    except PlaygroundError as error:  # What stands in the picture's place then.
        return Response(words.lost_file(error), 410, media_type="text/plain", headers=_NEVER_KEPT)


def _owner(board: Board) -> str:
    return f"room {board.room.id}"


def _safely(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    def answered(request: Request) -> Response:
        try:
            return answer(request)
        except PlaygroundError as error:
            status = 404 if isinstance(error, NotFound | NotAllowed) else 503
            return Response(str(error), status, media_type="text/plain", headers=_NEVER_KEPT)

    return answered
