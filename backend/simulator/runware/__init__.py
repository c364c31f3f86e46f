"""Runware's protocol: what its service takes, says and refuses.

May import: domain, images, simulator; nothing of the adapters.
"""

from starlette.routing import BaseRoute, Route, WebSocketRoute

from backend.simulator.runware.desk import Desk
from backend.simulator.runware.rest import Rest
from backend.simulator.runware.socket import Socket
from backend.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Return the routes of the protocol."""
    desk = Desk(world)
    return [Route("/v1", Rest(desk).post, methods=["POST"]), WebSocketRoute("/v1", Socket(desk).talk)]
