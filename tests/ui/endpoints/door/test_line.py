"""The line to a client: what is sent, and whether it got there."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from starlette.types import Message

from ui.endpoints.door import line
from ui.endpoints.door.line import PIECE_BYTES, Line

Found = TypeVar("Found")


class Wire:
    """A line whose client leaves when told, and what was sent on it."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.leaves = asyncio.Event()

    async def receive(self) -> Message:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)


def in_a_loop(coroutine: Coroutine[Any, Any, Found]) -> Found:
    """Run a coroutine in a thread of its own: the browser of other tests holds this one's loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def bodies(wire: Wire) -> bytes:
    return b"".join(message.get("body", b"") for message in wire.sent)


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
@pytest.mark.parametrize("looking", [False, True])
def test_an_answer_goes_out_whole_in_pieces(size: int, looking: bool) -> None:
    async def sent() -> Any:
        wire = Wire()
        there = await Line(wire.receive, wire.send).end(b"x" * size, looking=looking)
        return there, wire

    there, wire = in_a_loop(sent())
    assert there
    assert bodies(wire) == b"x" * size
    assert [message["more_body"] for message in wire.sent][-1:] == [False]
    assert all(len(message["body"]) <= PIECE_BYTES for message in wire.sent)


def test_a_client_that_leaves_before_the_last_piece_did_not_get_it() -> None:
    async def sent() -> bool:
        wire = Wire()
        own = Line(wire.receive, wire.send)
        watch = asyncio.create_task(own.watch())
        wire.leaves.set()
        there = await own.end(b"x" * 3 * PIECE_BYTES)
        await watch
        return there

    assert in_a_loop(sent()) is False


def test_the_last_byte_of_a_dear_answer_waits_for_a_line_that_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "LOOK_SECONDS", 30.0)

    async def sent() -> tuple[bool, bytes]:
        wire = Wire()
        own = Line(wire.receive, wire.send)
        watch = asyncio.create_task(own.watch())
        ending = asyncio.create_task(own.end(b"answer", looking=True))
        while not wire.sent:
            await asyncio.sleep(0)
        before = bodies(wire)
        wire.leaves.set()
        there = await ending
        await watch
        return there, before

    assert in_a_loop(sent()) == (False, b"answe")
