"""A page counts as open for as long as it keeps its line to the server."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from backend.gate.gate import Gate
from backend.gate.routes import page_of_line
from backend.playground import Playground
from backend.threads.open_pages import OpenPages


@pytest.mark.parametrize(
    ("method", "path", "page"),
    [
        ("GET", "/gradio_api/heartbeat/abc", "abc"),
        ("GET", "/heartbeat/abc/", "abc"),
        ("POST", "/gradio_api/heartbeat/abc", None),
        ("GET", "/gradio_api/queue/data", None),
    ],
)
def test_a_line_names_its_page(method: str, path: str, page: str | None) -> None:
    assert page_of_line(method, path) == page


def test_a_page_is_open_while_its_line_is_and_no_longer(playground: Playground) -> None:
    seen: list[bool] = []

    async def line(_: Request) -> Response:
        seen.append("abc" in playground.pages)
        return PlainTextResponse("ALIVE")

    app = Starlette(
        routes=[Route("/gradio_api/heartbeat/{page}", line)],
        middleware=[Middleware(Gate, playground=playground)],
    )
    TestClient(app, base_url="http://127.0.0.1:7860").get("/gradio_api/heartbeat/abc")
    assert (seen, "abc" in playground.pages) == ([True], False)


def test_of_two_lines_of_one_page_the_last_counts() -> None:
    pages = OpenPages()
    with pages.line("abc"):
        with pages.line("abc"):
            assert "abc" in pages
        assert "abc" in pages
    assert "abc" not in pages
