"""The pages of result links behind the gate, and a browser that has never been here."""

from html.parser import HTMLParser

from sqlalchemy import update
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from backend.domain.caller import Caller
from backend.domain.events import Finished
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.gate.gate import Gate
from backend.generation.generate import generate
from backend.playground import Playground
from backend.record.database.engine import writing
from backend.record.database.tables import images
from ui.endpoints.results.former import FormerResultLinks
from ui.endpoints.results.routes import result_routes

HOME = "http://127.0.0.1:7860"


async def playground_page(_: Request) -> Response:
    """Stand in for Gradio."""
    return PlainTextResponse("the playground")


def stranger(playground: Playground, address: str = HOME, **headers: str) -> TestClient:
    """Return a browser, or a messenger's machine, that follows no redirect."""
    app = Starlette(
        routes=[*result_routes(playground), Route("/", playground_page)],
        middleware=[Middleware(Gate, playground=playground), Middleware(FormerResultLinks)],
    )
    return TestClient(app, base_url=address, headers=headers, follow_redirects=False)


def drawn(playground: Playground, visitor: str = "ann", **values: object) -> Run:
    """Return a visitor's run on the fake."""
    asked = {"mode": "text_to_image", "prompt": "a boat", "width": 128, "height": 128, **values}
    asked = {name: value for name, value in asked.items() if value is not None}
    *_, last = generate(playground, Caller(visitor=visitor), "fake", parse_request(asked))
    assert isinstance(last, Finished)
    return last.run


def shared(playground: Playground, **values: object) -> str:
    """Return the token of a new run of Ann's."""
    return playground.result_links.share(drawn(playground, **values).id, "ann")


class Head(HTMLParser):
    """What a messenger reads of a page: its title, and `meta` by property or name."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.metas: dict[str, str] = {}
        self.images: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element says."""
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and "content" in given:
            self.metas[given.get("property") or given["name"]] = given["content"]
        if tag == "img":
            self.images.append(given["src"])
        if tag == "a":
            self.links.append(given["href"])


def flag_all(playground: Playground, run: Run, *, but: int = -1) -> None:
    """Let the safety check have flagged every image of a run, but for one of them."""
    with writing(playground.store.engine) as connection:
        connection.execute(
            update(images).where(images.c.run_id == run.id, images.c.position != but).values(flagged=True)
        )
