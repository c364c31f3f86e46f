"""Orders over `/v1` as a program gives them, and what is looked at afterwards."""

import base64
import io
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
from PIL import Image
from sqlalchemy import select

from backend.domain.records import Run
from backend.record.database.tables import orders
from backend.visitors.identity import API
from tests.serving import Site

GENERATIONS, EDITS, VARIATIONS = (f"v1/images/{name}" for name in ("generations", "edits", "variations"))
MOST_SECONDS = 60.0


def ask(site: Site, path: str = GENERATIONS, headers: dict[str, str] | None = None, **values: Any) -> httpx.Response:
    """Send JSON to a path and return the answer, whatever it is."""
    content, head = json.dumps({"prompt": "a red fox", **values}), {"content-type": "application/json"}
    return httpx.post(f"{site.address}{path}", content=content, headers={**head, **(headers or {})}, timeout=60)


def made(answer: httpx.Response) -> dict[str, Any]:
    """Return what an answer holds, which has to be a good one."""
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Return the error of an answer, which has to be of this status and in OpenAI's form."""
    assert answer.status_code == status, answer.text
    error: dict[str, Any] = answer.json()["error"]
    assert {"message", "type", "param", "code"} <= set(error)
    return error


def pixels(data: dict[str, Any]) -> Image.Image:
    """Return the picture of an answer's entry."""
    with Image.open(io.BytesIO(base64.b64decode(data["b64_json"]))) as picture:
        picture.load()
        return picture


def runs_of(site: Site, prompt: str, visitor: str = API) -> list[Run]:
    """Return a visitor's runs of a prompt, newest first."""
    return [run for run in site.playground.store.runs(visitor, limit=100) if run.request.prompt == prompt]


def until(holds: Callable[[], Any]) -> Any:
    """Wait until something holds and return it."""
    end = time.monotonic() + MOST_SECONDS
    while not (found := holds()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)
    return found


def lost_run(site: Site, prompt: str, visitor: str = API) -> str:
    """Wait until it is on record that the answer of a prompt's order was lost, and return its latest run's id."""
    (run, *_) = until(lambda: runs_of(site, prompt, visitor))

    def noted() -> bool | None:
        with site.playground.store.engine.connect() as connection:
            return connection.scalar(select(orders.c.undelivered).where(orders.c.run_id == run.id))

    until(noted)
    return str(run.id)


@contextmanager
def broken_line(site: Site, path: str, content: bytes, headers: dict[str, str] | None = None) -> Iterator[None]:
    """Send an order on a line of its own, and break the line when the block ends, whatever was answered until then."""
    place = urlsplit(site.address)
    head = {"host": place.netloc, "content-type": "application/json", "content-length": str(len(content))}
    lines = [
        f"POST /{path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in (head | (headers or {})).items()),
        "",
        "",
    ]
    with socket.create_connection((place.hostname, place.port), timeout=MOST_SECONDS) as line:
        line.sendall("\r\n".join(lines).encode() + content)
        yield
