"""Gradio's events: whoever names one must have set it going, since Gradio asks for no more than its id."""

import json
import re
from typing import Any

from backend.gate.routes import route
from backend.threads.recent import Recent

MOST_EVENTS = 50_000
_IN_PATH = re.compile(r"call/[^/]+/(?P<event>[^/]+)/?$")
_NAMED_IN_BODY = re.compile(r"(cancel|reset)/?$")
_GUEST = ""


class EventIds:
    """Which visitor set an event going; a guest's is open to who knows its id, as scripts come without a cookie."""

    def __init__(self) -> None:
        self._visitors: Recent[str, str] = Recent(MOST_EVENTS)

    def note(self, event: str, visitor: str | None) -> None:
        """Remember who set an event going; None is a guest."""
        self._visitors.put(event, visitor or _GUEST)

    def admits(self, event: str, visitor: str | None) -> bool:
        """Whether a visitor (None is a guest) may follow or cancel an event; nobody may one that isn't known here."""
        return self._visitors.get(event) in (_GUEST, visitor or _GUEST)


def named_event(method: str, path: str, body: bytes) -> str | None:
    """Return the event that a request would follow (`GET call/…`) or end (`cancel`), if it names one."""
    asked = route(path)
    if method == "GET":
        found = _IN_PATH.match(asked)
        return found["event"] if found else None
    if not _NAMED_IN_BODY.match(asked):
        return None
    event = _json(body).get("event_id")
    return event if isinstance(event, str) else None


def begun_event(answer: bytes) -> str | None:
    """Return the event that Gradio's answer says it has set going."""
    event = _json(answer).get("event_id")
    return event if isinstance(event, str) else None


def _json(body: bytes) -> dict[str, Any]:
    try:
        values: Any = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}
