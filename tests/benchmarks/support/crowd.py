"""Visitors who make images over HTTP as scripts do: a POST, and the stream of its answers."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx

PATIENCE = 300.0


def visitor_of(address: str) -> httpx.Client:
    """Return a new visitor's browser or script; it reads no certificates, which takes 27 ms of the measurer's own."""
    return httpx.Client(base_url=address, timeout=PATIENCE, verify=False)


@dataclass(frozen=True, slots=True)
class Made:
    """One image as its visitor saw it: its address, its run, and the seconds from asking to having it."""

    address: str
    run: dict[str, Any]
    seconds: float

    @property
    def late(self) -> float:
        """Seconds that the visitor waited longer than the run took."""
        return self.seconds - float(self.run["seconds"])


def one_image(visitor: httpx.Client, **values: Any) -> Made:
    """Make an image from text; the client's base is the playground's address."""
    began = time.monotonic()
    event = visitor.post("/gradio_api/call/v2/text_to_image", json=values).raise_for_status().json()["event_id"]
    with visitor.stream("GET", f"/gradio_api/call/text_to_image/{event}") as reply:
        lines = list(reply.iter_lines())
    ends = (line for line, before in zip(lines[1:], lines, strict=False) if before == "event: complete")
    last = next(ends, None)
    if last is None:
        raise RuntimeError(f"the run did not end well: {lines[-3:]}")
    (image,), run = json.loads(last.removeprefix("data: "))
    return Made(image["url"], run, time.monotonic() - began)


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many visitors at once, each with so many runs one behind the other, each of which takes `seconds`."""

    visitors: int
    runs_each: int
    seconds: float

    @property
    def images(self) -> int:
        """How many images that are."""
        return self.visitors * self.runs_each

    def visit(self, address: str) -> list[Made]:
        """Let all of them come."""
        with ThreadPoolExecutor(self.visitors) as pool:
            return [
                made
                for own in pool.map(lambda number: self._stay(address, number), range(self.visitors))
                for made in own
            ]

    def _stay(self, address: str, number: int) -> list[Made]:
        options = {"seconds": self.seconds}
        values = {"prompt": f"visitor {number}", "steps": 2, "width": 128, "height": 128, "options": options}
        with visitor_of(address) as visitor:
            return [one_image(visitor, **values) for _ in range(self.runs_each)]
