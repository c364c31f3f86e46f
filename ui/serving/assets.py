"""Gradio's own files: from memory, kept by browsers, and named in the page so that they are fetched side by side.

Gradio compresses each file anew for each visitor and tells no browser to keep any; its page finds the files of its
components only one after the other. Which of them a page needs isn't written anywhere: the visits before show it.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.serving.whole_reply import Reply

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
"""Levels of gzip: for a file, once; for the page, at each visit, and for sheets together."""
_COMPRESSED = (".js", ".mjs", ".css", ".svg", ".json")
TOGETHER = f"{NAMED_BY_CONTENT}together.css"
"""The style sheets whose names stand behind it as one: thirty requests delay the page on a machine of two cores."""
MOST_TOGETHER, MOST_SHEETS = 8, 200
_SHEET = re.compile(rf"{NAMED_BY_CONTENT}[\w-][\w.-]*\.css", re.ASCII)
_SCRIPT = '<link rel="modulepreload" href=".{}">'
_SHEETS = f'<link rel="stylesheet" href=".{TOGETHER}?{{}}">'
_HERE_ALREADY = '<link rel="stylesheet" disabled href=".{}">'
"""Gradio loads no sheet that the page links to, and a browser none that is disabled."""

Answer = Callable[[Scope, Receive, Send], Awaitable[None]]


class Assets:
    """ASGI middleware between the gate and Gradio; what it keeps is the same for every visitor.

    The page is not kept: Gradio writes it after headers that anybody may send.
    """

    def __init__(self, app: ASGIApp, style: str = "", script: str = "") -> None:
        self.app = app
        self.heads = {"/": script + (f"<style>{style}</style>" if style else ""), "/endpoints": script}
        self.kept: dict[tuple[str, bool], Reply] = {}
        self.kept_bytes = 0
        self.asked: Counter[str] = Counter()
        self.joined: dict[tuple[tuple[str, ...], bool], Reply] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass the request on and look at the answer."""
        answer = self._answer(scope) or self.app
        await answer(scope, receive, send)

    def _answer(self, scope: Scope) -> Answer | None:
        if scope["type"] != "http" or scope["method"] != "GET" or "range" in Headers(scope=scope):
            return None
        if scope["path"] == TOGETHER:
            return self._together
        if _FILE.fullmatch(scope["path"]):
            return self._file
        return self._page if scope["path"] in self.heads else None

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
            scripts, sheets = self._links(reply.body)
            began, middle, rest = reply.body.partition(b"<head>")
            rest, end, body = rest.rpartition(b"</head>")
            parts = [began, middle, self.heads[scope["path"]].encode(), scripts, rest, sheets, end, body]
            reply.change(b"".join(parts), {})
            if _takes_gzip(scope):
                reply.compress(FAST)
        await reply.send(send)

    async def _together(self, scope: Scope, receive: Receive, send: Send) -> None:
        names = scope["query_string"].decode("ascii", "replace").split(",")[:MOST_SHEETS]
        paths, gzipped = tuple(f"{NAMED_BY_CONTENT}{name}" for name in dict.fromkeys(names)), _takes_gzip(scope)
        joined = self.joined.get((paths, gzipped)) or await self._join(paths, scope, receive)
        if joined is None:
            await self.app(scope, receive, send)  # which has no such file either
            return
        self.asked.update(paths)
        await joined.send(send)

    async def _join(self, paths: tuple[str, ...], scope: Scope, receive: Receive) -> Reply | None:
        sheets = [await self._sheet(path, scope, receive) for path in paths if _SHEET.fullmatch(path)]
        found = [sheet for sheet in sheets if sheet.start["status"] == 200]
        if len(found) < len(paths):
            return None
        joined = Reply({**found[0].start, "headers": [(b"content-type", b"text/css; charset=utf-8")]})
        joined.change(b"\n".join(sheet.plain() for sheet in found), {"cache-control": FOR_A_YEAR})
        gzipped = _takes_gzip(scope)
        if gzipped:
            joined.compress(FAST)  # once for most visitors, but as often as somebody names other ones
        while len(self.joined) >= MOST_TOGETHER:
            del self.joined[next(iter(self.joined))]
        self.joined[paths, gzipped] = joined
        return joined

    async def _sheet(self, path: str, scope: Scope, receive: Receive) -> Reply:
        """Return a sheet of which another process, or this one before it was started anew, may have named the page."""
        kept = self.kept.get((path, True))
        if kept is None:
            within = {**scope, "path": path, "raw_path": path.encode(), "query_string": b""}
            kept = await self._fetched(within, receive)
            if kept.start["status"] == 200:
                self._keep(kept, path, gzipped=True)
        return kept

    async def _fetched(self, scope: Scope, receive: Receive) -> Reply:
        reply = Reply()
        await self.app(scope, receive, reply.take)
        return reply

    def _links(self, page: bytes) -> tuple[bytes, bytes]:
        """Return links to scripts and to sheets that visits ask for, but for what the page names itself.

        Sheets belong to the head's end: no script behind them runs before they have come.
        """
        most = max(self.asked.values(), default=0)
        often = (path for path, count in self.asked.items() if count >= OFTEN * most)
        named = [path for path in often if f'".{path}"'.encode() not in page]
        scripts = "".join(_SCRIPT.format(path) for path in named if path.endswith(".js"))
        sheets = [path for path in named if path.endswith(".css") and (path, True) in self.kept]
        together = _SHEETS.format(",".join(path.removeprefix(NAMED_BY_CONTENT) for path in sheets)) if sheets else ""
        return scripts.encode(), "".join([together, *map(_HERE_ALREADY.format, sheets)]).encode()


def _takes_gzip(scope: Scope) -> bool:
    return "gzip" in Headers(scope=scope).get("accept-encoding", "")
