"""Who asks: the visitor's cookie on the way in and out, and a Gradio request as a caller."""

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

import gradio as gr
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.caller import Caller
from backend.playground import Playground
from backend.visitors.identity import COOKIE, Visit, cookie, is_token, new_token
from backend.visitors.keys import Owner


@dataclass(frozen=True, slots=True)
class VisitorCookie:
    """ASGI middleware: a request without a visitor's token gets one, and its own handler sees it already.

    `framed` for a page that lives in another site's frame, as a Space does.
    """

    app: ASGIApp
    framed: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with the cookie where it lacked one."""
        if scope["type"] != "http" or is_token(_token(_cookies(scope))):
            await self.app(scope, receive, send)
            return
        token = new_token()
        kept = _cookies(scope)
        header = f"{kept}; {COOKIE}={token}" if kept else f"{COOKIE}={token}"
        others = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
        inner = {**scope, "headers": [*others, (b"cookie", header.encode("latin-1"))]}
        line = cookie(token, secure=_secure(scope), framed=self.framed)

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", line)
            await send(message)

        await self.app(inner, receive, send_with_cookie)


def caller_of(playground: Playground, request: gr.Request) -> Caller:
    """Return the visitor behind a Gradio request, with the keys of this page session."""
    return playground.callers.caller(_visit(request))


def owner_of(playground: Playground, request: gr.Request) -> Owner:
    """Return whose keys a Gradio request may set and use."""
    return playground.callers.owner(_visit(request))


def _visit(request: gr.Request) -> Visit:
    http = request.request
    headers = http.headers if http else {}
    return Visit(
        token=_token(headers.get("cookie", "")),
        session=request.session_hash,
        peer=http.client.host if http and http.client else None,
        forwarded=headers.get("x-forwarded-for"),
    )


def _token(header: str) -> str | None:
    try:
        # The last one wins: the middleware appends the one that it has given.
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


def _cookies(scope: Scope) -> str:
    return "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")


def _secure(scope: Scope) -> bool:
    forwarded: bytes = next((value for name, value in scope["headers"] if name == b"x-forwarded-proto"), b"")
    return scope.get("scheme") == "https" or forwarded.startswith(b"https")
