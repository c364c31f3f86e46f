"""Who asks: a visitor id in an HttpOnly cookie, given to every browser and every client at its first request."""

import re
import secrets
from http.cookies import SimpleCookie

import gradio as gr
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.caller import Caller

COOKIE = "playground_visitor"
_YEAR_SECONDS = 365 * 24 * 3600
_ID = re.compile(r"[0-9a-f]{32}")


class VisitorCookie:
    """ASGI middleware: a request without a visitor id gets one, and its own handler sees it already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with the cookie where it lacked one."""
        if scope["type"] != "http" or _visitor_of(_cookie_header(scope)):
            await self.app(scope, receive, send)
            return
        visitor = secrets.token_hex(16)
        others = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
        kept = _cookie_header(scope)
        header = f"{kept}; {COOKIE}={visitor}" if kept else f"{COOKIE}={visitor}"
        scope = {**scope, "headers": [*others, (b"cookie", header.encode("latin-1"))]}

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", _set_cookie(visitor, _secure(scope)))
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def caller_of(request: gr.Request) -> Caller:
    """Return the visitor behind a Gradio request."""
    cookies = getattr(request, "cookies", None) or {}
    visitor = cookies.get(COOKIE, "")
    address = request.client.host if getattr(request, "client", None) else None
    if not _ID.fullmatch(visitor):
        visitor = f"session-{request.session_hash}"
    return Caller(visitor=visitor, address=address)


def _visitor_of(cookie_header: str) -> str | None:
    morsel = SimpleCookie(cookie_header).get(COOKIE)
    return morsel.value if morsel and _ID.fullmatch(morsel.value) else None


def _cookie_header(scope: Scope) -> str:
    return "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")


def _secure(scope: Scope) -> bool:
    forwarded = next((value for name, value in scope["headers"] if name == b"x-forwarded-proto"), b"")
    return scope.get("scheme") == "https" or forwarded.startswith(b"https")


def _set_cookie(visitor: str, secure: bool) -> str:
    # A Space lives in an iframe of another site: only a partitioned third-party cookie comes back from there.
    place = "SameSite=None; Secure; Partitioned" if secure else "SameSite=Lax"
    return f"{COOKIE}={visitor}; Path=/; Max-Age={_YEAR_SECONDS}; HttpOnly; {place}"
