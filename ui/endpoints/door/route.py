"""One route for programs: its request read, its caller known, its work done in a thread, its answer sent."""

import logging
import uuid
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import anyio
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from backend.domain.caller import Caller
from backend.domain.errors import PlaygroundError
from backend.playground import Playground
from ui.endpoints.door import body as bodies
from ui.endpoints.door.asker import asker_of
from ui.endpoints.door.body import Body
from ui.endpoints.door.line import Line
from ui.endpoints.door.order import Gone
from ui.endpoints.door.refusals import Refused, broken, refused

log = logging.getLogger(__name__)

MOST_AT_ONCE = 128
"""Requests that are worked on at once, each in a thread of its own while it waits; further ones wait for their turn."""
NOBODY = Caller(visitor="")
"""Who asks where nobody is asked who they are."""
JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request as a handler gets it: who asks, what came, and the line on which the answer goes out."""

    request: Request
    caller: Caller
    body: Body
    line: Line
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    opened: dict[int, str] = field(default_factory=dict)
    """The ids of the runs that it has become, by their number."""

    @property
    def headers(self) -> Headers:
        """Return the request's headers."""
        return self.request.headers


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: whole, or in pieces that are made in a thread.

    `lost` is called in a thread where the client didn't get all of it, and `delivered` where it did. One that is `dear`
    has cost money, and a retry of its request wouldn't be known as one.
    """

    content: bytes | Generator[bytes, None, None]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)
    lost: Callable[[], None] | None = None
    delivered: Callable[[], None] | None = None
    dear: bool = False


Handle = Callable[[Call], Reply]
"""Answers in a thread; raises a `PlaygroundError` for what is wrong, and `Gone` once nobody listens."""


class Form(Protocol):
    """How a family of clients wants its refusals."""

    def refusal(self, refused: Refused, call_id: str) -> Reply:
        """Return the answer that says why there is none."""


class Door:
    """An ASGI app for one path: a handler a method. Whatever goes wrong is told in the form, never as a trace.

    `anyone` may come in where the address itself is the secret.
    """

    def __init__(self, playground: Playground, form: Form, *, anyone: bool = False, **handlers: Handle) -> None:
        self.playground = playground
        self.form = form
        self.anyone = anyone
        self.handlers = {name.upper(): handle for name, handle in handlers.items()}
        self._turns: CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request, line, call_id = Request(scope, receive), Line(receive, send), uuid.uuid4().hex
        try:
            raw = await bodies.receive(request)
        except ClientDisconnect:
            return
        except PlaygroundError as error:
            await self._send(self.form.refusal(refused(error), call_id), line)
            return
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(line.watch)
                reply = await run_sync(self._answer, request, raw, line, call_id, limiter=self._limiter)
                if reply is not None:
                    await self._send(reply, line)
                tasks.cancel_scope.cancel()
        finally:
            await request.close()  # the files of a form

    @property
    def _limiter(self) -> CapacityLimiter:
        if self._turns is None:  # It belongs to the loop that serves.
            self._turns = CapacityLimiter(MOST_AT_ONCE)
        return self._turns

    def _answer(self, request: Request, raw: bodies.Raw, line: Line, call_id: str) -> Reply | None:
        """Return the answer, in a thread; None where nobody waits for it."""
        opened: dict[int, str] = {}
        try:
            caller = NOBODY if self.anyone else asker_of(self.playground, request)
            # The server leaves the body of an answer to HEAD out by itself.
            handle = self.handlers.get("GET" if request.method == "HEAD" else request.method)
            if handle is None:
                return self.form.refusal(self._no_method(request), call_id)
            body = bodies.read(raw)
            return handle(Call(request=request, caller=caller, body=body, line=line, id=call_id, opened=opened))
        except Gone:
            return None
        except PlaygroundError as error:
            return self.form.refusal(refused(error), call_id)
        except Exception:  # The rim: a program gets a sentence, and the trace stays in the log.
            log.exception("Request %s broke down", call_id)
            return self.form.refusal(broken(opened.values()), call_id)

    def _no_method(self, request: Request) -> Refused:
        known = ", ".join(self.handlers) or "none"
        message = f"{request.method} {request.url.path} isn't there; this playground knows here: {known}."
        return Refused(status=405 if self.handlers else 404, code="unknown_url", message=message)

    async def _send(self, reply: Reply, line: Line) -> None:
        there = False
        try:
            there = await self._sent(reply, line)
        finally:
            told = reply.delivered if there else reply.lost
            if told:
                with anyio.CancelScope(
                    shield=True
                ):  # Also where the server ends: what isn't on record is bought again.
                    await run_sync(told)

    async def _sent(self, reply: Reply, line: Line) -> bool:
        """Send an answer; return whether the client was there to the end."""
        if isinstance(reply.content, bytes):
            headers = {**reply.headers, "content-length": str(len(reply.content))}
            await line.begin(reply.status, headers)
            return await line.end(reply.content, looking=reply.dear)
        await line.begin(reply.status, reply.headers)
        return await self._stream(reply, reply.content, line)

    async def _stream(self, reply: Reply, pieces: Generator[bytes, None, None], line: Line) -> bool:
        """Send pieces as they come; return whether the client was there to the end."""
        try:
            while (piece := await run_sync(next, pieces, None, limiter=self._limiter)) is not None:
                await line.piece(piece)
        except Gone:
            return False
        except Exception:  # The rim of a stream, whose last event has told of it.
            log.exception("A stream broke down")
            await line.end()
            return False
        finally:
            with anyio.CancelScope(shield=True):  # Here and now, not where its memory happens to be freed.
                await run_sync(pieces.close)
        return await line.end(b"\n" if reply.dear else b"", looking=reply.dear)
