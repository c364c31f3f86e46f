"""Gradio's own files and its page: from memory, and the files kept by browsers and named in the page.

Gradio compresses each file anew for each visitor, tells no browser to keep any, and writes its page anew for each; that
page finds the files of its components only one after the other. Which of them it needs isn't written anywhere: the
visits before show it.
"""

import gzip
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAMED_BY_CONTENT = "/assets/"
"""The folder whose files carry a hash in their names: another content has another name."""
FOLDERS = (NAMED_BY_CONTENT, "/static/")
FOR_A_YEAR = "private, max-age=31536000, immutable"
"""Private, since the gate may send a visitor's cookie along, which no cache between may hand to others."""
MOST_KEPT_BYTES = 32 * 2**20
OFTEN = 0.5
"""Files that at least this share of the visits asked for are named to the next one."""
MOST_PAGES = 16
"""One for each address that the playground is known by, with what stands behind its `?`."""
_ADDRESS = ("host", "x-forwarded-host", "x-forwarded-proto")
"""The headers that Gradio writes the page's own address by."""
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

    def compress(self) -> None:
        """Compress it, unless somebody has."""
        if "content-encoding" not in Headers(raw=self.start["headers"]):
            body = gzip.compress(self.body)
            self.change(body, {"content-encoding": "gzip", "vary": "Accept-Encoding"})


class Assets:
    """ASGI middleware between the gate and Gradio; what it keeps is the same for every visitor.

    With `keep_pages` the page is kept too; behind a login it must not be, since it names who is signed in.
    """

    def __init__(self, app: ASGIApp, *, keep_pages: bool) -> None:
        self.app = app
        self.keep_pages = keep_pages
        self.pages: dict[tuple[object, ...], Reply] = {}
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
        if scope["path"].startswith(FOLDERS):
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
            reply.compress()
        self.kept[path, gzipped] = reply
        self.kept_bytes += len(reply.body)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, links = Headers(scope=scope), self._links()
        address = [headers.get(name) for name in _ADDRESS]
        key = (*address, scope["scheme"], scope.get("root_path"), scope["query_string"], _takes_gzip(scope), links)
        reply = self.pages.get(key) or await self._written(scope, receive, links)
        if self.keep_pages and reply.start["status"] == 200:
            self.pages.pop(key, None)
            self.pages[key] = reply
            if len(self.pages) > MOST_PAGES:
                self.pages.pop(next(iter(self.pages)))
        await reply.send(send)

    async def _written(self, scope: Scope, receive: Receive, links: str) -> Reply:
        reply = await self._fetched(scope, receive)
        if reply.start["status"] == 200:
            reply.change(reply.body.replace(b"<head>", b"<head>" + links.encode(), 1), {})
            if _takes_gzip(scope):
                reply.compress()
        return reply

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
