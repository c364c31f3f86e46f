"""The page's program, served under an address that names its content: a browser keeps it while it is the same."""

import gzip
import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.serving.module_graph import linked, read_modules

LIMITS = "playground-limits"
"""The id of the element that holds what Python hands over; `ui/limits.js` reads it."""
FOR_A_YEAR = "private, max-age=31536000, immutable"
NEVER_KEPT = "no-store"
"""For an address that another version of the page named: a process before this one, or one beside it."""
_FILE = re.compile(r"/program/(?P<version>[0-9a-f]{12})\.js$", re.ASCII)
_HEAD = '<script type="application/json" id="{}">{}</script><script type="module" src="{}"></script>'


class Program:
    """What the modules are as one file; the same for every visitor, and open as all of a page's code is."""

    def __init__(self, text: str) -> None:
        self.text = text.encode()
        self.version = sha256(self.text).hexdigest()[:12]
        self.gzipped = gzip.compress(self.text)

    def head(self, limits: Mapping[str, Any]) -> str:
        """Return what begins the page's head: the limits as JSON, and the program, which runs before Gradio's own."""
        told = json.dumps(limits).replace("<", "\\u003c")
        # Relative, as Gradio's addresses are: under whatever path a proxy serves the page.
        return _HEAD.format(LIMITS, told, f"./program/{self.version}.js")

    def answer(self, scope: Scope) -> Response | None:
        """Return the program to a request for it, or None to any other."""
        asked = _FILE.search(scope["path"])
        if asked is None or scope["method"] not in ("GET", "HEAD"):
            return None
        kept = FOR_A_YEAR if asked["version"] == self.version else NEVER_KEPT
        headers = {"cache-control": kept, "vary": "Accept-Encoding"}
        if "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            return Response(self.text, headers=headers, media_type="text/javascript")
        return Response(self.gzipped, headers={**headers, "content-encoding": "gzip"}, media_type="text/javascript")


def read_program() -> Program:
    """Return the program of this installation's modules; `ValueError` where they are no graph."""
    return Program(linked(read_modules()))


class ServedProgram:
    """ASGI middleware that answers for the program, and passes everything else on."""

    def __init__(self, app: ASGIApp, program: Program) -> None:
        self.app = app
        self.program = program

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass the request on."""
        answer = self.program.answer(scope) if scope["type"] == "http" else None
        await (answer or self.app)(scope, receive, send)
