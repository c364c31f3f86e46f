"""Bodies on their way in and out: cut at a limit, read whole, and an upload's answer noted."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Send

from backend.gate.refusal import too_large


def capped(
    receive: Receive, most_bytes: int, *, announced: int = 0, beyond: Callable[[int], Awaitable[None]]
) -> Receive:
    """Return `receive` that raises `Refusal` once more bytes have come than allowed, whatever was announced.

    What comes beyond the bytes that were announced, as in a body without a length, is given to `beyond` by its size.
    """
    come = 0

    async def counted() -> Message:
        nonlocal come
        message = await receive()
        before, come = max(come, announced), come + len(message.get("body", b""))
        if come > most_bytes:
            raise too_large(most_bytes)
        if come > before:
            await beyond(come - before)
        return message

    return counted


async def read(receive: Receive) -> bytes:
    """Read a body whole; what came until then where the sender has gone."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body.extend(message.get("body", b""))
        more = message.get("more_body", False)
    return bytes(body)


def again(body: bytes, receive: Receive) -> Receive:
    """Return `receive` that gives a body that was read already, and then whatever comes."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return left.pop() if left else await receive()

    return replayed


def noting_paths(send: Send, note: Callable[[str], None]) -> Send:
    """Return `send` that passes on Gradio's answer to an upload, a JSON list of paths, once each path is noted."""

    async def noted(body: bytes) -> None:
        for path in _paths(body):
            await run_in_threadpool(note, path)

    return once_whole(send, noted)


def once_whole(send: Send, look: Callable[[bytes], Awaitable[None]]) -> Send:
    """Return `send` that passes an answer's last piece on after `look` has seen the whole of its body."""
    body = bytearray()

    async def looking(message: Message) -> None:
        if message["type"] == "http.response.body":
            body.extend(message.get("body", b""))
            if not message.get("more_body"):
                await look(bytes(body))
        await send(message)

    return looking


def _paths(body: bytes) -> list[str]:
    try:
        paths: Any = json.loads(body)
    except ValueError:
        return []
    return [path for path in paths if isinstance(path, str)] if isinstance(paths, list) else []
