"""Gradio's page sessions: each belongs to the visitor who opened it, so that a replayed id opens nothing."""

import json
import re
import threading
from collections import OrderedDict
from urllib.parse import parse_qs

from backend.gate.routes import route

MOST_SESSIONS = 50_000

_IN_PATH = re.compile(r"heartbeat/(?P<session>[^/]+)")


class Sessions:
    """Which visitor a session belongs to: the first who used it; the longest unused are forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._visitors: OrderedDict[str, str] = OrderedDict()

    def admits(self, session: str, visitor: str | None) -> bool:
        """Whether a visitor (None is a guest) may use a session; a guest's stays open to who knows its id."""
        with self._lock:
            owner = self._visitors.get(session)
            if owner is None and visitor is not None:
                owner = self._visitors[session] = visitor
                while len(self._visitors) > MOST_SESSIONS:
                    self._visitors.popitem(last=False)
            if owner is None:
                return True
            self._visitors.move_to_end(session)
            return owner == visitor


def sessions_in_address(path: str, query: bytes) -> set[str]:
    """Return the sessions that a path and its query name."""
    found = set(parse_qs(query.decode("latin-1")).get("session_hash", ()))
    named = _IN_PATH.match(route(path))
    return found | ({named["session"]} if named else set())


def sessions_in_body(body: bytes) -> set[str]:
    """Return the session that an event's JSON names; none where it is no JSON, which Gradio refuses itself."""
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        return set()
    session = values.get("session_hash") if isinstance(values, dict) else None
    return {session} if isinstance(session, str) else set()
