"""The house of the protocols: one ASGI application, whose calls can be made to fail, and which can cut a connection."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.simulator.faults import MEDIA, SHARED, Fault, Habits
from backend.simulator.world import World

PROTOCOLS: dict[str, str] = {
    "runware": "backend.simulator.runware:routes",
    "openai": "backend.simulator.openai:routes",
    "modelrunner": "backend.simulator.modelrunner:routes",
}
"""The providers' halves by name: `routes(world)` of a module; the first line wins where two want the same path."""

HUGE_IMAGE = 256 * 2**20
"""Bytes that the fault `huge_image` sends: above every cap of the playground."""
GATEWAY_PAGE = "<html><body>Bad gateway</body></html>"
Handle = Callable[[Fault | None], Response]


def build(world: World, protocols: Mapping[str, str] = PROTOCOLS) -> ASGIApp:
    """Return the application with every protocol's routes and the simulator's own under `/simulator`."""
    own = [
        Route("/", _about),
        Route("/simulator/faults", _Control(world).faults, methods=["GET", "POST", "DELETE"]),
        Route("/simulator/habits", _Control(world).habits, methods=["GET", "POST"]),
        Route("/simulator/arrivals", _Control(world).arrivals),
        Route("/media/{name:path}", _Media(world).get),
    ]
    routes: list[BaseRoute] = [route for place in protocols.values() for route in _load(place)(world)]
    return _Cuttable(Starlette(routes=[*own, *routes]))


async def answer(world: World, operation: str, handle: Handle, *, refuse: Callable[[Fault], Response]) -> Response:
    """Answer one call, or let it suffer the fault that is due.

    `handle` runs in a thread; it is given a fault that the shell doesn't know, one of the protocol's own, or None.
    `refuse` says a status in the protocol's words.
    """
    fault = world.faults.take(operation)
    if fault is None:
        return await run_in_threadpool(handle, None)
    match fault.kind:
        case "slow":
            await asyncio.sleep(fault.seconds)
            return await run_in_threadpool(handle, None)
        case "hang":
            await asyncio.sleep(fault.seconds)
            return Cut()
        case "drop":
            return Cut()
        case "drop_after":
            await run_in_threadpool(handle, None)
            return Cut()
        case "garbage":
            return HTMLResponse(GATEWAY_PAGE)
        case "gateway":
            await run_in_threadpool(handle, None)
            return HTMLResponse(GATEWAY_PAGE, fault.status)
        case "status":
            return _refusal(fault, refuse)
        case _:
            return await run_in_threadpool(handle, fault)


class Cut(Response):
    """No answer: the connection ends here."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """End the connection instead of sending."""
        await scope["extensions"]["simulator.cut"]()


class Half(Response):
    """The first half of a file, where the connection ends."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Promise the whole, send half of it, and end the connection."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await scope["extensions"]["simulator.cut"]()


class _Cuttable:
    """Gives the responses a way to the socket, which ASGI doesn't have."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def cut() -> None:
            # uvicorn's `send` is a method of the object that holds the socket.
            cycle: Any = getattr(send, "__self__", None)
            cycle.transport.abort()
            while not cycle.disconnected:
                await asyncio.sleep(0)

        extensions = {**scope.get("extensions", {}), "simulator.cut": cut}
        await self.app({**scope, "extensions": extensions}, receive, send)


class _Control:
    """What a test or a person turns: the faults to come, the habits, and what arrived so far."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def faults(self, request: Request) -> Response:
        if request.method == "GET":
            return JSONResponse({**SHARED, **MEDIA})
        if request.method == "DELETE":
            self.world.faults.clear()
            return JSONResponse({})
        try:
            fault = Fault.model_validate_json(await request.body())
        except ValidationError as error:
            return PlainTextResponse(str(error), 422)
        self.world.faults.add(fault)
        return JSONResponse(fault.model_dump())

    async def habits(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                self.world.habits = Habits.model_validate_json(await request.body())
            except ValidationError as error:
                return PlainTextResponse(str(error), 422)
        return JSONResponse(self.world.habits.model_dump(mode="json"))

    async def arrivals(self, _request: Request) -> Response:
        return JSONResponse([{"operation": one.operation, "body": one.body} for one in self.world.arrivals])


class _Media:
    def __init__(self, world: World) -> None:
        self.world = world

    async def get(self, request: Request) -> Response:
        found = self.world.media.get(request.path_params["name"])

        def handle(fault: Fault | None) -> Response:
            return _file(found, fault)

        return await answer(self.world, "media", handle, refuse=lambda fault: PlainTextResponse("", fault.status))


def _file(found: tuple[bytes, str] | None, fault: Fault | None) -> Response:
    if fault and fault.kind == "html_image":
        return HTMLResponse("<html><body>Sign in</body></html>")
    if fault and fault.kind == "huge_image":
        return StreamingResponse(_zeros(), media_type="image/png")
    kind = fault.kind if fault else "none"
    if found is None or kind not in ("none", "cut", "short", "packed"):
        return PlainTextResponse("not found", 404)
    content, content_type = found
    if kind == "short":
        content = content[: len(content) // 2]
    whole = Half if kind == "cut" else Response
    return whole(content, media_type=content_type, headers={"Content-Encoding": "gzip"} if kind == "packed" else None)


async def _zeros() -> AsyncIterator[bytes]:
    for _ in range(HUGE_IMAGE // 2**20):
        yield bytes(2**20)


async def _about(_request: Request) -> Response:
    names = ", ".join(PROTOCOLS) or "nothing yet"
    return PlainTextResponse(f"The playground's simulator, speaking {names}. No provider, no bill.")


def _refusal(fault: Fault, refuse: Callable[[Fault], Response]) -> Response:
    response = refuse(fault)
    if fault.retry_after is not None:
        response.headers["Retry-After"] = f"{fault.retry_after:g}"
    return response


def _load(place: str) -> Callable[[World], list[BaseRoute]]:
    module, _, function = place.partition(":")
    routes: Callable[[World], list[BaseRoute]] = getattr(importlib.import_module(module), function)
    return routes
