"""A page behind the gate, and the browsers that ask it."""

import json

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from backend.gate.gate import Gate
from backend.playground import Playground

HOME = "http://127.0.0.1:7860"
PUBLIC = "https://abc.gradio.live"


async def page(request: Request) -> Response:
    """Stands in for Gradio: tells what came through, or answers as it is told; an upload with paths, as Gradio does."""
    body = await request.body()
    if request.url.path.endswith("/upload"):
        return JSONResponse(json.loads(body))
    if body.startswith(b"{") and "answer" in json.loads(body):
        return JSONResponse(json.loads(body)["answer"])
    cookies = dict(request.cookies)
    return JSONResponse({"cookies": cookies, "path": request.url.path, "size": len(body)})


def client(playground: Playground, base_url: str = HOME) -> TestClient:
    """Return a browser that has never been here."""
    app = Starlette(
        routes=[Route("/{path:path}", page, methods=["GET", "POST"])],
        middleware=[Middleware(Gate, playground=playground)],
    )
    return TestClient(app, base_url=base_url)


def visitor(playground: Playground) -> TestClient:
    """Return a browser that has opened the page, and so has its cookie."""
    browser = client(playground)
    browser.get("/")
    return browser
