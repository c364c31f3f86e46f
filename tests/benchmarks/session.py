"""A page as the server sees it: opened, looked at, kept alive and left, without a browser's own time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Events:
    """What the page's events are called over HTTP, the same for every visitor."""

    places: dict[str, tuple[int, int, int]]
    """An event's number, its component's, and how many inputs it has, by the event's name."""

    @classmethod
    def of(cls, address: str) -> "Events":
        """Read them off the page's description."""
        config = httpx.get(f"{address}config", timeout=PATIENCE).raise_for_status().json()
        box = next(each["id"] for each in config["components"] if each["props"].get("elem_id") == "signals")
        return cls(
            {
                event: (each["id"], box, len(each["inputs"]))
                for each in config["dependencies"]
                for target, event in each["targets"]
                if target == box
            }
        )


@dataclass(frozen=True, slots=True)
class PageSession:
    """One open page."""

    events: Events
    visitor: httpx.Client
    name: str = field(default_factory=lambda: uuid4().hex[:11])

    def tell(self, event: str, **given: Any) -> list[Any]:
        """Send one of the page's own events at once, as it does with `queue=False`, and return the answer's values."""
        number, box, inputs = self.events.places[event]
        body = {"data": [None] * inputs, "event_data": given, "fn_index": number, "trigger_id": box}
        answer = self.visitor.post("/gradio_api/run/predict", json={**body, "session_hash": self.name})
        values: list[Any] = answer.raise_for_status().json()["data"]
        return values

    def look(self, **values: Any) -> list[Any]:
        """Ask for the price of a form that says these values."""
        return self.tell("changed", values=values, turn=uuid4().hex)


@contextmanager
def opened(address: str, events: Events) -> Iterator[PageSession]:
    """Open a page as a new visitor: the page, the line that keeps it alive, its first questions; leave it behind."""
    with httpx.Client(base_url=address, timeout=PATIENCE) as visitor:
        visitor.get("/").raise_for_status()
        page = PageSession(events, visitor)
        with visitor.stream("GET", f"/gradio_api/heartbeat/{page.name}") as alive:
            next(alive.iter_raw())
            page.tell("opened", kept=None, turn=uuid4().hex)
            page.look(prompt="a boat")
            yield page
