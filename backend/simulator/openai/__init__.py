"""OpenAI's images API as open engines speak it, with their extra fields; what it bills it tells nobody.

May import: domain, images, simulator; nothing of the adapters.
"""

from starlette.routing import BaseRoute, Route

from backend.simulator.openai.desk import Desk
from backend.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Return the routes of the protocol."""
    desk = Desk(world)
    return [
        Route("/v1/models", desk.models, methods=["GET"]),
        Route("/v1/images/generations", desk.generations, methods=["POST"]),
        Route("/v1/images/edits", desk.edits, methods=["POST"]),
    ]
