"""The pictures of an empty stage, which a backend has drawn, for the page to fetch."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from backend.playground import Playground

_PATH = "/wall/{backend}/{name}"
_FOR_AN_HOUR = {"Cache-Control": "private, max-age=3600"}


@dataclass(frozen=True, slots=True)
class Wall:
    """Sends a picture that a backend shows now; there is no other way to a file from here."""

    playground: Playground

    async def __call__(self, request: Request) -> Response:
        """Return the picture of a backend that the path names, or say that there is none."""
        backend, name = request.path_params["backend"], request.path_params["name"]
        chosen = self.playground.backends.get(backend)
        for drawn in chosen.capabilities.wall if chosen else ():
            for picture in (drawn.picture, *drawn.pictures.values()):
                if picture.name == name:
                    return FileResponse(picture, headers=_FOR_AN_HOUR)
        return Response("There is no such picture.", 404, media_type="text/plain")


def wall_route(playground: Playground) -> Route:
    """Return the route of all backends' pictures."""
    return Route(_PATH, Wall(playground).__call__)


def wall_address(backend: str, name: str) -> str:
    """Return the address of a picture, as the page names it."""
    return "." + _PATH.format(backend=backend, name=name)
