"""A protocol of one route, to try the shell with."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from backend.simulator.faults import Fault
from backend.simulator.shell import answer
from backend.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Return the one route: it says what it was told."""

    async def echo(request: Request) -> Response:
        body = await request.json()

        def handle(fault: Fault | None) -> Response:
            world.arrived("echo.say", body)
            return JSONResponse({"said": body, "fault": fault.kind if fault else None})

        def refuse(fault: Fault) -> Response:
            return JSONResponse({"error": "refused"}, fault.status)

        return await answer(world, "echo.say", handle, refuse=refuse)

    return [Route("/echo", echo, methods=["POST"])]
