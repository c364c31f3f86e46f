"""The gate before Gradio: who comes in under which name, what is shut, how much may be brought, and whose files."""

import json
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.errors import TooManyRequests
from backend.playground import Playground
from backend.settings import LOOPBACK
from backend.visitors import routes
from backend.visitors.identity import COOKIE, cookie, guest_id, new_token, token_of, visitor_id
from backend.visitors.origin import from_elsewhere, host_name
from backend.visitors.rates import Rate
from backend.visitors.shields import shield

GUEST = "playground_guest"
MOST_EVENT_BYTES = 8 * 2**20
"""The largest event carries a drawn mask as a data URI: 2048² of two colours stays below 1 MB as PNG."""
MOST_UPLOAD_BYTES = 128 * 2**20
"""Of one request; a file in it may have 30 MB."""

EVENTS = (Rate(600, seconds=60), Rate(3000, seconds=60))
UPLOADED_BYTES = (Rate(512 * 2**20, seconds=3600), Rate(2 * 2**30, seconds=3600))
"""For a visitor, and for an address, which may be a whole school's."""


class Refusal(Exception):
    """A request that goes no further, with its status and a sentence."""

    def __init__(self, status: int, message: str, *, wait_seconds: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.wait_seconds = wait_seconds

    def response(self) -> JSONResponse:
        """Return it as Gradio's own errors look."""
        headers = None if self.wait_seconds is None else {"Retry-After": str(self.wait_seconds)}
        return JSONResponse({"detail": str(self)}, self.status, headers)


class Gate:
    """ASGI middleware around the page; every request that passes has a visitor's token in its cookie.

    What a visitor with a cookie uploads is served to them alone. A script without one is a new guest each time, which
    the request's state says (`GUEST`): its files are found by their unguessable path, or it could not fetch them.
    """

    def __init__(self, app: ASGIApp, playground: Playground) -> None:
        self.app = app
        self.playground = playground
        self.public = playground.settings.public
        self.framed = playground.settings.space_id is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with a refusal."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        elsewhere = from_elsewhere(scope["method"], headers)
        known = None if elsewhere else token_of("; ".join(headers.getlist("cookie")))
        token = known or new_token()
        told = None if known or elsewhere else token
        shielded = self._shielded(scope, send, headers, told)
        try:
            await self._check(scope, headers, visitor_id(token) if known else guest_id(token))
            state = {**scope.get("state", {}), GUEST: known is None}
            within = {**scope, "headers": _with_token(scope, token, alone=elsewhere), "state": state}
            noting = self._noting(scope, shielded, visitor_id(known)) if known else shielded
            await self.app(within, self._capped(scope, receive), noting)
        except Refusal as refusal:
            await refusal.response()(scope, receive, shielded)

    async def _check(self, scope: Scope, headers: Headers, visitor: str) -> None:
        path = scope["path"]
        if not self.public and host_name(headers) not in LOOPBACK:
            raise Refusal(403, "This playground is for this machine alone: start it with --host to open it to others.")
        if routes.is_shut(path):
            raise Refusal(404, "There is no such page here.")
        asked = routes.file_path(path)
        if asked and await run_in_threadpool(self.playground.holders.served, asked, visitor) == "another's":
            raise Refusal(404, "There is no such file of yours.")
        length = headers.get("content-length", "0")
        size = int(length) if length.isdecimal() and len(length) < 16 else MOST_UPLOAD_BYTES + 1
        if size > _most(path):
            raise _too_large(path)
        if self.public and scope["method"] == "POST":
            self._count(scope, headers, visitor, size)

    def _count(self, scope: Scope, headers: Headers, visitor: str, size: int) -> None:
        peer = (scope.get("client") or (None,))[0]
        address = self.playground.callers.addresses.mark(peer, headers.get("x-forwarded-for"))
        what, amount, rates = "events", 1.0, EVENTS
        if routes.is_upload(scope["path"]):
            what, amount, rates = "uploads", float(max(size, 1)), UPLOADED_BYTES
        elif not routes.is_event(scope["path"]):
            return
        try:
            for who, rate in zip((visitor, address), rates, strict=True):
                self.playground.rates.take(what, rate, who, amount=amount)
        except TooManyRequests as many:
            raise Refusal(429, str(many), wait_seconds=many.wait_seconds) from many

    def _capped(self, scope: Scope, receive: Receive) -> Receive:
        most, come = _most(scope["path"]), 0

        async def counted() -> Message:
            nonlocal come
            message = await receive()
            come += len(message.get("body", b""))
            if come > most:
                raise _too_large(scope["path"])
            return message

        return counted

    def _shielded(self, scope: Scope, send: Send, headers: Headers, token: str | None) -> Send:
        secure = scope.get("scheme") == "https" or headers.get("x-forwarded-proto", "").startswith("https")

        async def shielded(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                shield(out, file=routes.file_path(scope["path"]) is not None, framed=self.framed)
                if token is not None:
                    out.append("set-cookie", cookie(token, secure=secure, framed=self.framed))
            await send(message)

        return shielded

    def _noting(self, scope: Scope, send: Send, visitor: str) -> Send:
        if not (scope["method"] == "POST" and routes.is_upload(scope["path"])):
            return send
        return _noting_paths(send, lambda path: self.playground.holders.add_served(path, visitor))


def _noting_paths(send: Send, note: Callable[[str], None]) -> Callable[[Message], Awaitable[None]]:
    """Pass Gradio's answer to an upload on, a JSON list of paths, once each path is noted as its visitor's."""
    body = bytearray()

    async def noted(message: Message) -> None:
        if message["type"] == "http.response.body":
            body.extend(message.get("body", b""))
            if not message.get("more_body"):
                for path in _paths(bytes(body)):
                    await run_in_threadpool(note, path)
        await send(message)

    return noted


def _paths(body: bytes) -> list[str]:
    try:
        paths = json.loads(body)
    except ValueError:
        return []
    return [path for path in paths if isinstance(path, str)] if isinstance(paths, list) else []


def _with_token(scope: Scope, token: str, *, alone: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers with this token and no other; `alone` also takes every other cookie out."""
    kept = [] if alone else [value for name, value in scope["headers"] if name == b"cookie"]
    others = [part.strip() for part in b"; ".join(kept).split(b";")]
    own = [part for part in others if part and not part.startswith(COOKIE.encode() + b"=")]
    line = b"; ".join([*own, f"{COOKIE}={token}".encode()])
    return [(name, value) for name, value in scope["headers"] if name != b"cookie"] + [(b"cookie", line)]


def _most(path: str) -> int:
    return MOST_UPLOAD_BYTES if routes.is_upload(path) else MOST_EVENT_BYTES


def _too_large(path: str) -> Refusal:
    return Refusal(413, f"This is too large: the most is {_most(path) // 2**20} MB.")
