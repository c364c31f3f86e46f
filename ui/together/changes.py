"""What changed on a board since a browser looked last: the pieces that are new to it, and their order where that is."""

import gzip
import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from backend.threads.recent import Recent
from ui.together.items import Item

MOST_SENT = 1000
"""Boards that are remembered as they were sent, some 10 kB each; one that is forgotten is sent whole again."""
_WORTH_IT = 1000
"""Bytes from which on an answer is compressed."""
_LEVEL = 5
_NEVER_KEPT = {"cache-control": "no-store"}

Digests = dict[str, str]


class SentBoards:
    """Boards as they were sent lately, by their version: whoever names one has all that stood on it."""

    def __init__(self) -> None:
        self._sent: Recent[str, Digests] = Recent(MOST_SENT)

    def changes(self, items: Iterable[Item], seen: str) -> dict[str, Any] | None:
        """Return the board's version, and what a browser that has `seen` lacks; None where that is nothing.

        `html` holds pieces by their keys, `order` all keys: left out where they are the same, in the same order.
        """
        pieces = {item.key: item for item in items}
        now = {key: item.digest for key, item in pieces.items()}
        version = sha256(json.dumps(now).encode()).hexdigest()[:12]
        if version == seen:
            return None
        had = self._sent.get(seen) or {}
        self._sent.put(version, now)
        told = {"seen": version, "html": {key: str(pieces[key].html) for key in now if had.get(key) != now[key]}}
        return told if list(had) == list(now) else {**told, "order": list(now)}


def told(request: Request, what: dict[str, Any] | None) -> Response:
    """Return it as JSON, compressed where that is worth it and the browser takes it; 204 where it is None."""
    if what is None:
        return Response(status_code=204, headers=_NEVER_KEPT)
    content = json.dumps(what, ensure_ascii=False, separators=(",", ":")).encode()
    if len(content) < _WORTH_IT or "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(content, headers=_NEVER_KEPT, media_type="application/json")
    packed = gzip.compress(content, _LEVEL)
    headers = {**_NEVER_KEPT, "content-encoding": "gzip", "vary": "Accept-Encoding"}
    return Response(packed, headers=headers, media_type="application/json")
