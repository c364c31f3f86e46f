"""A page as a browser keeps it open, spoken over HTTP: its cookie, its session, its events and what they answer."""

import contextlib
import itertools
import json
import socket
import threading
import time
import uuid
from collections.abc import Mapping
from typing import Any

import httpx

PATIENCE = 90.0
"""Seconds after which an event that doesn't end is a failure of the test."""
SHEET = {"size": "128x128", "width": 128, "height": 128, "steps": 4}
Told = dict[str, Any]
_addresses = itertools.count(1)


class Page:
    """A visitor's tab; another one of the same visitor has their cookie."""

    def __init__(self, address: str, *, cookie: str | None = None, room: str | None = None) -> None:
        self.address = address.rstrip("/")
        self.session = uuid.uuid4().hex[:11]
        self.query = {"room": room} if room else {}
        self.client = httpx.Client(timeout=PATIENCE)
        # Where a proxy is trusted, each visitor comes from a place of their own.
        place = next(_addresses)
        self.client.headers["x-forwarded-for"] = f"10.1.{place // 250}.{place % 250 + 1}"
        self.cookie = cookie or str(self.client.get(f"{self.address}/").cookies["playground_visitor"])
        self.client.cookies.clear()
        self.client.headers["cookie"] = f"playground_visitor={self.cookie}"
        config = self.client.get(f"{self.address}/config").json()
        self.components = {each["id"]: each["props"] for each in config["components"]}
        self.events = {each["api_name"]: each for each in config["dependencies"] if each["api_name"]}
        self.told: list[Told] = []
        self._pending: set[str] = set()
        self._left = threading.Event()
        self._lines: list[httpx.Response] = []
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._listen, self._live)]
        for thread in self._threads:
            thread.start()

    def again(self) -> "Page":
        """Return another tab of this visitor."""
        return Page(self.address, cookie=self.cookie, room=self.query.get("room"))

    def begin(self, name: str, *, sheet: Mapping[str, Any] | None = None, event: Any = None, **values: Any) -> str:
        """Let an event begin with the form's values, some of them changed, and return its id."""
        asked = self.events[name]
        body = self._body(asked, sheet or {}, event, values)
        answer = self.client.post(f"{self.address}/gradio_api/queue/join", params=self.query, json=body)
        begun = str(answer.raise_for_status().json()["event_id"])
        self._pending.add(begun)
        return begun

    def ask(self, name: str, *, event: Any = None, **values: Any) -> Any:
        """Carry a short event out and return what it answers."""
        asked = self.events[name]
        if asked["queue"] is not False:
            return self.end(self.begin(name, event=event, **values))
        body = self._body(asked, {}, event, values)
        answer = self.client.post(f"{self.address}/gradio_api/run/predict", params=self.query, json=body)
        return answer.raise_for_status().json()

    def end(self, begun: str) -> Any:
        """Wait for an event's end and return its last answer."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for told in list(self.told):
                if told.get("event_id") == begun and told["msg"] == "process_completed":
                    return told.get("output")
            time.sleep(0.02)
        raise TimeoutError(f"{begun} goes on after {PATIENCE:.0f} s")

    def cancel(self, name: str, begun: str) -> None:
        """Let Gradio cancel an event."""
        body = {"session_hash": self.session, "fn_index": self.events[name]["id"], "event_id": begun}
        self.client.post(f"{self.address}/gradio_api/cancel", json=body).raise_for_status()
        self._pending.discard(begun)

    def press(self, button: str, **values: Any) -> Any:
        """Press one of the page's small buttons."""
        return self.ask("answer", event={"button": button}, **values)

    def upload(self, content: bytes) -> dict[str, Any]:
        """Lay a picture on the easel, and return the easel's value."""
        files = {"files": ("picture.png", content, "image/png")}
        (path,) = self.client.post(f"{self.address}/gradio_api/upload", files=files).raise_for_status().json()
        return {"image": {"path": path, "meta": {"_type": "gradio.FileData"}}}

    def leave(self) -> None:
        """Close the tab."""
        self._left.set()
        for line in self._lines:
            stream = line.extensions["network_stream"]
            with contextlib.suppress(OSError):
                stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)
        self.client.close()

    def _body(
        self, asked: Mapping[str, Any], sheet: Mapping[str, Any], event: Any, values: Mapping[str, Any]
    ) -> dict[str, Any]:
        return {
            "data": [self._value(one, sheet, values) for one in asked["inputs"]],
            "fn_index": asked["id"],
            "session_hash": self.session,
            "event_data": event,
            "trigger_id": asked["targets"][0][0] if asked["targets"] else None,
        }

    def _value(self, component: int, sheet: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
        shown = self.components[component]
        name = str(shown.get("elem_id") or shown.get("label") or "").replace("-", "_").lower()
        if name == "sheet":
            return {**shown["value"], **SHEET, **sheet}
        return values.get(name, shown.get("value"))

    def _listen(self) -> None:
        while not self._left.is_set():
            if not self._pending:
                time.sleep(0.01)
                continue
            with contextlib.suppress(httpx.HTTPError):
                self._hear()

    def _hear(self) -> None:
        asked = {"session_hash": self.session}
        with self.client.stream("GET", f"{self.address}/gradio_api/queue/data", params=asked) as line:
            self._lines.append(line)
            for text in line.iter_lines():
                told = json.loads(text[5:]) if text.startswith("data:") else {"msg": ""}
                self.told.append(told)
                if told["msg"] == "process_completed":
                    self._pending.discard(told["event_id"])
                if told["msg"] == "close_stream" or self._left.is_set():
                    return

    def _live(self) -> None:
        """Keep the line open by whose end the server hears that the page was closed."""
        place = f"{self.address}/gradio_api/heartbeat/{self.session}"
        with contextlib.suppress(httpx.HTTPError), self.client.stream("GET", place, timeout=None) as line:
            self._lines.append(line)
            for _ in line.iter_lines():
                if self._left.is_set():
                    return
