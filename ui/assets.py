"""Gradio's own files: from memory, kept by browsers, and named in the page so that they are fetched side by side.

Gradio compresses each file anew for each visitor and tells no browser to keep any; its page finds the files of its
components only one after the other. Which of them a page needs isn't written anywhere: the visits before show it.
"""

import gzip
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAMED_BY_CONTENT = "/assets/"
"""The folder whose files carry a hash in their names: another content has another name."""
_FILE = re.compile(r"/(?:assets|static)(?:/[\w-][\w.-]*)+", re.ASCII)
"""A file's plain path. Other spellings may lead to a file too, but are whatever a stranger wrote."""
FOR_A_YEAR = "private, max-age=31536000, immutable"
"""Private, since the gate may send a visitor's cookie along, which no cache between may hand to others."""
MOST_KEPT_BYTES = 32 * 2**20
OFTEN = 0.5
"""Files that at least this share of the visits asked for are named to the next one."""
WELL, FAST = 9, 3
"""Levels of gzip: for a file, once; for the page, at each visit."""
_COMPRESSED = (".js", ".mjs", ".css", ".svg", ".json")
_LINKS = {
    ".js": '<link rel="modulepreload" href=".{}">',
    ".css": '<link rel="preload" as="style" crossorigin href=".{}">',
}

Answer = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(slots=True)
class Reply:
    """A whole answer of the application: its first message, and the body."""

    start: Message = field(default_factory=dict)
    body: bytes = b""

    async def take(self, message: Message) -> None:
        """Take one message in."""
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")

    async def send(self, send: Send) -> None:
        """Send it on; whoever is outside may change what it gets, so that is a copy."""
        await send({**self.start, "headers": list(self.start["headers"])})
        await send({"type": "http.response.body", "body": self.body})

    def change(self, body: bytes, headers: dict[str, str]) -> None:
        """Give it another body and further headers."""
        held = MutableHeaders(raw=list(self.start["headers"]))
        held.update({**headers, "content-length": str(len(body))})
        self.start, self.body = {**self.start, "headers": held.raw}, body

    def compress(self, level: int) -> None:
        """Compress it, unless somebody has."""
        if "content-encoding" not in Headers(raw=self.start["headers"]):
            body = gzip.compress(self.body, level)
            self.change(body, {"content-encoding": "gzip", "vary": "Accept-Encoding"})


class Assets:
    """ASGI middleware between the gate and Gradio; what it keeps is the same for every visitor.

    The page is not kept: Gradio writes it after headers that anybody may send.
    """

    def __init__(self, app: ASGIApp, style: str = "") -> None:
        self.app = app
        self.head = f"<style>{style}</style>" if style else ""
        self.kept: dict[tuple[str, bool], Reply] = {}
        self.kept_bytes = 0
        self.asked: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass the request on and look at the answer."""
        answer = self._answer(scope) or self.app
        await answer(scope, receive, send)

    def _answer(self, scope: Scope) -> Answer | None:
        if scope["type"] != "http" or scope["method"] != "GET" or "range" in Headers(scope=scope):
            return None
        if _FILE.fullmatch(scope["path"]):
            return self._file
        return self._page if scope["path"] == "/" else None

    async def _file(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, gzipped = scope["path"], _takes_gzip(scope)
        reply = self.kept.get((path, gzipped)) or await self._fetched(scope, receive)
        if reply.start["status"] == 200:
            self.asked[path] += 1
            self._keep(reply, path, gzipped=gzipped)
        await reply.send(send)

    def _keep(self, reply: Reply, path: str, *, gzipped: bool) -> None:
        if (path, gzipped) in self.kept or self.kept_bytes + len(reply.body) > MOST_KEPT_BYTES:
            return
        if path.startswith(NAMED_BY_CONTENT):
            reply.change(reply.body, {"cache-control": FOR_A_YEAR})
        if gzipped and path.endswith(_COMPRESSED):
            reply.compress(WELL)
        self.kept[path, gzipped] = reply
        self.kept_bytes += len(reply.body)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = await self._fetched(scope, receive)
        if reply.start["status"] == 200:
            reply.change(reply.body.replace(b"<head>", f"<head>{self.head}{self._links()}".encode(), 1), {})
            if _takes_gzip(scope):
                reply.compress(FAST)
        await reply.send(send)

    async def _fetched(self, scope: Scope, receive: Receive) -> Reply:
        reply = Reply()
        await self.app(scope, receive, reply.take)
        return reply

    def _links(self) -> str:
        most = max(self.asked.values(), default=0)
        often = (path for path, count in self.asked.items() if count >= OFTEN * most)
        return "".join(link.format(path) for path in often for kind, link in _LINKS.items() if path.endswith(kind))


def _takes_gzip(scope: Scope) -> bool:
    return "gzip" in Headers(scope=scope).get("accept-encoding", "")
