"""The gate before Gradio: who comes in under which name, what is shut, how much may be brought, and whose files."""

import logging
from dataclasses import dataclass
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.domain.errors import StorageFull, TooManyRequests
from backend.gate import bodies, routes
from backend.gate.event_ids import EventIds, begun_event, named_event
from backend.gate.origin import from_elsewhere, host_name, is_secure
from backend.gate.refusal import Refusal, too_large, unreadable
from backend.gate.sessions import Sessions, sessions_in_address, sessions_in_body
from backend.gate.shields import shield
from backend.playground import Playground
from backend.settings import LOOPBACK
from backend.visitors.identity import COOKIE, cookie, guest_id, new_token, token_of, visitor_id
from backend.visitors.rates import Rate

log = logging.getLogger(__name__)

GUEST = "playground_guest"
MOST_EVENT_BYTES = 8 * 2**20
"""The largest event carries a drawn mask as a data URI: 2048² of two colours stays below 1 MB as PNG."""
LARGE_EVENT_BYTES = 2**18
"""From here on an event brings a picture, and counts as an upload too."""
MOST_UPLOAD_BYTES = 128 * 2**20
"""Of one request; a file in it may have 30 MB."""

EVENTS = (Rate(600, seconds=60), Rate(3000, seconds=60))
UPLOADED_BYTES = (Rate(512 * 2**20, seconds=3600), Rate(2 * 2**30, seconds=3600))
"""For a visitor, and for an address, which may be a whole school's."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a request: the token that it goes on with, and whether it brought that itself or is a guest's."""

    token: str
    known: bool
    elsewhere: bool

    @property
    def visitor(self) -> str:
        """Return the id under which the request counts."""
        return visitor_id(self.token) if self.known else guest_id(self.token)


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
        self.sessions = Sessions()
        self.events = EventIds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with a refusal."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        sender = _sender(scope["method"], headers)
        shielded = self._shielded(scope, send, headers, sender)
        try:
            size = await self._check(scope, headers, sender)
            beyond = partial(self._count_bytes, scope, headers, sender.visitor)
            body = bodies.capped(receive, _most(scope["path"]), announced=size, beyond=beyond)
            await self._pass(scope, body, shielded, sender)
        except Refusal as refusal:
            await refusal.response(routes.program_form(scope["path"]))(scope, receive, shielded)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, sender: Sender) -> None:
        state = {**scope.get("state", {}), GUEST: not sender.known}
        within = {**scope, "headers": _with_token(scope, sender), "state": state}
        if routes.is_event(scope["path"]):
            await self._pass_event(within, receive, send, sender)
        elif routes.is_upload(scope["path"]):
            await self._pass_upload(within, receive, send, sender)
        elif page := routes.page_of_line(scope["method"], scope["path"]):
            with self.playground.pages.line(page):
                await self.app(within, receive, send)
        else:
            await self.app(within, receive, send)

    async def _pass_upload(self, scope: Scope, receive: Receive, send: Send, sender: Sender) -> None:
        if sender.known:
            send = bodies.noting_paths(send, partial(self.playground.holders.add_served, visitor=sender.visitor))
        try:
            await self.app(scope, receive, send)
        except (OSError, StorageFull) as error:
            log.warning("An upload could not be kept: %s", error)
            raise Refusal(507, "The server has no room for this upload: try again later, or a smaller file.") from error

    async def _pass_event(self, scope: Scope, receive: Receive, send: Send, sender: Sender) -> None:
        body = await bodies.read(receive)
        self._check_sessions(sessions_in_body(body), sender)
        self._check_event(named_event(scope["method"], scope["path"], body), sender)
        if routes.begins_event(scope["method"], scope["path"]):
            send = bodies.once_whole(send, partial(self._note_event, sender=sender))
        answering = False

        async def noted(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        try:
            await self.app(scope, bodies.again(body, receive), noted)
        except Exception as error:  # Gradio lets a body that it can't use become a 500 with a trace in the log.
            if answering:
                raise
            log.info("An event could not be read: %s", type(error).__name__)
            raise unreadable(error) from error

    async def _check(self, scope: Scope, headers: Headers, sender: Sender) -> int:
        """Raise `Refusal` for what goes no further; return how many bytes are announced."""
        path = scope["path"]
        if not self.public and host_name(headers) not in LOOPBACK:
            raise Refusal(403, "This playground is for this machine alone: start it with --host to open it to others.")
        if sender.elsewhere and routes.program_form(path) and not routes.is_signed(path):
            raise Refusal(403, "Pages of other sites can't use this API: call it from a program, without an Origin.")
        if routes.is_shut(path):
            raise Refusal(404, "There is no such page here.")
        asked = routes.file_path(path)
        if asked and await run_in_threadpool(self.playground.holders.served, asked, sender.visitor) == "another's":
            raise Refusal(404, "There is no such file of yours.")
        self._check_sessions(sessions_in_address(path, scope.get("query_string", b"")), sender)
        length = headers.get("content-length", "0")
        size = int(length) if length.isdecimal() and len(length) < 16 else MOST_UPLOAD_BYTES + 1
        if size > _most(path):
            raise too_large(_most(path))
        if scope["method"] == "POST":
            if routes.is_upload(path) or size > LARGE_EVENT_BYTES:
                await self._count_bytes(scope, headers, sender.visitor, size)
            if routes.is_event(path) or routes.program_form(path):
                self._take(scope, headers, sender.visitor, "events", 1, EVENTS)
        return size

    def _check_room(self, size: int) -> None:
        try:
            # Once as it comes, and once as the picture that is kept.
            self.playground.disk.check(2 * size)
        except StorageFull as full:
            raise Refusal(507, str(full)) from full

    def _check_sessions(self, named: set[str], sender: Sender) -> None:
        if not all(self.sessions.admits(session, sender.visitor if sender.known else None) for session in named):
            raise Refusal(404, "This page belongs to another visitor: reload it.")

    def _check_event(self, event: str | None, sender: Sender) -> None:
        if event is not None and not self.events.admits(event, sender.visitor if sender.known else None):
            raise Refusal(404, "There is no such event of yours.")

    async def _note_event(self, answer: bytes, *, sender: Sender) -> None:
        if (event := begun_event(answer)) is not None:
            self.events.note(event, sender.visitor if sender.known else None)

    async def _count_bytes(self, scope: Scope, headers: Headers, visitor: str, size: int) -> None:
        """Count what is announced; and what a body without a length brings, as it comes."""
        self._take(scope, headers, visitor, "uploads", size, UPLOADED_BYTES)
        if routes.is_upload(scope["path"]):
            await run_in_threadpool(self._check_room, size)
            self.playground.disk.wrote(size)

    def _take(
        self, scope: Scope, headers: Headers, visitor: str, what: str, amount: float, rates: tuple[Rate, Rate]
    ) -> None:
        if not self.public:
            return
        peer = (scope.get("client") or (None,))[0]
        address = self.playground.callers.addresses.mark(peer, headers.get("x-forwarded-for"))
        try:
            for who, rate in zip((visitor, address), rates, strict=True):
                self.playground.rates.take(what, rate, who, amount=amount)
        except TooManyRequests as many:
            raise Refusal(429, str(many), wait_seconds=many.wait_seconds) from many

    def _shielded(self, scope: Scope, send: Send, headers: Headers, sender: Sender) -> Send:
        secure, kind = is_secure(scope.get("scheme"), headers), routes.kind_of(scope["path"])
        named = sender.known or sender.elsewhere or kind in routes.FOR_ANYBODY

        async def shielded(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                shield(out, kind, framed=self.framed)
                if not named:
                    out.append("set-cookie", cookie(sender.token, secure=secure, framed=self.framed))
            await send(message)

        return shielded


def _sender(method: str, headers: Headers) -> Sender:
    elsewhere = from_elsewhere(method, headers)
    token = None if elsewhere else token_of("; ".join(headers.getlist("cookie")))
    return Sender(token or new_token(), known=token is not None, elsewhere=elsewhere)


def _with_token(scope: Scope, sender: Sender) -> list[tuple[bytes, bytes]]:
    """Return the headers with the sender's token and no other; from elsewhere, no other cookie comes along."""
    kept = [] if sender.elsewhere else [value for name, value in scope["headers"] if name == b"cookie"]
    others = [part.strip() for part in b"; ".join(kept).split(b";")]
    own = [part for part in others if part and not part.startswith(COOKIE.encode() + b"=")]
    line = b"; ".join([*own, f"{COOKIE}={sender.token}".encode()])
    return [(name, value) for name, value in scope["headers"] if name != b"cookie"] + [(b"cookie", line)]


def _most(path: str) -> int:
    return MOST_UPLOAD_BYTES if routes.brings_pictures(path) else MOST_EVENT_BYTES
