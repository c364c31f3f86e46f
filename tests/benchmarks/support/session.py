"""A page as the server sees it: opened, looked at, kept alive and left, without a browser's own time."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.benchmarks.support.crowd import visitor_of

SIGNALS = "signals"
"""The component of most of the page's events."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the page: its number, its component's, whether it waits in the queue, and its inputs.

    An input is the id that it has in the page, and the value that it begins with.
    """

    number: int
    component: int
    queued: bool
    inputs: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Events:
    """The page's events by component and name, the same for every visitor."""

    known: Mapping[tuple[str, str], Event]

    @classmethod
    def of(cls, address: str) -> "Events":
        """Read them off the page's description."""
        with visitor_of(address) as visitor:
            config = visitor.get("/config").raise_for_status().json()
        props = {each["id"]: each["props"] for each in config["components"]}
        names = {number: (own.get("elem_id") or "", own.get("value")) for number, own in props.items()}
        return cls(
            {
                (names[target][0], event): Event(
                    each["id"], target, bool(each["queue"]), tuple(names[number] for number in each["inputs"])
                )
                for each in config["dependencies"]
                for target, event in each["targets"]
                if target in names
            }
        )


@dataclass(frozen=True, slots=True)
class PageSession:
    """One open page."""

    events: Events
    visitor: httpx.Client
    name: str = field(default_factory=lambda: uuid4().hex[:11])

    def tell(self, event: str, given: Mapping[str, Any], at: str = SIGNALS, **values: Any) -> list[Any]:
        """Send an event and return the values of its answer; `values` are those of inputs, by their id with `_`.

        Raise `RuntimeError` where it was refused.
        """
        body = self._body(event, given, at, values)
        return self._queued(body) if self.events.known[at, event].queued else self._at_once(body)

    def lines(self, event: str, given: Mapping[str, Any], at: str = SIGNALS, **values: Any) -> list[str]:
        """Send an event that waits in the queue, and return each of its messages as JSON, as it came."""
        body = self._body(event, given, at, values)
        self.visitor.post("/gradio_api/queue/join", json=body).raise_for_status()
        output = self.visitor.get("/gradio_api/queue/data", params={"session_hash": self.name}).text
        return [line.removeprefix("data: ") for line in output.splitlines() if line]

    def look(self, **values: Any) -> list[Any]:
        """Ask for the price of a form that says these values."""
        return self.tell("changed", {"values": values, "turn": uuid4().hex})

    def press(self, button: str, **values: Any) -> list[Any]:
        """Press one of the page's small buttons, where the inputs have these values."""
        return self.tell("pressed", {"button": button}, **values)

    def _body(self, event: str, given: Mapping[str, Any], at: str, values: Mapping[str, Any]) -> dict[str, Any]:
        known = self.events.known[at, event]
        data = [values.get(name.replace("-", "_"), first) for name, first in known.inputs]
        told = {"data": data, "event_data": given, "fn_index": known.number, "trigger_id": known.component}
        return {**told, "session_hash": self.name}

    def _at_once(self, body: dict[str, Any]) -> list[Any]:
        answer = self.visitor.post("/gradio_api/run/predict", json=body)
        if answer.is_error:
            raise RuntimeError(answer.text)
        values: list[Any] = answer.json()["data"]
        return values

    def _queued(self, body: dict[str, Any]) -> list[Any]:
        event = self.visitor.post("/gradio_api/queue/join", json=body).raise_for_status().json()["event_id"]
        output = self.visitor.get("/gradio_api/queue/data", params={"session_hash": self.name}).text
        told = [json.loads(line.removeprefix("data: ")) for line in output.splitlines() if line]
        last = next(each for each in told if each["msg"] == "process_completed" and each["event_id"] == event)
        if not last["success"]:
            raise RuntimeError(last["output"]["error"])
        values: list[Any] = last["output"]["data"]
        return values


@contextmanager
def opened(address: str, events: Events) -> Iterator[PageSession]:
    """Open a page as a new visitor: the page, the line that keeps it alive, its first questions; leave it behind."""
    with visitor_of(address) as visitor:
        visitor.get("/").raise_for_status()
        page = PageSession(events, visitor)
        with visitor.stream("GET", f"/gradio_api/heartbeat/{page.name}") as alive:
            next(alive.iter_raw())
            page.tell("opened", {"kept": None, "turn": uuid4().hex})
            page.look(prompt="a boat")
            yield page
