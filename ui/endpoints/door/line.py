"""The line to one client: whether it is still there, and whether it got the whole of an answer."""

import asyncio
import threading
import time
from collections.abc import Mapping

from starlette.types import Receive, Send

PIECE_BYTES = 2**16
LOOK_SECONDS = 0.005
"""How long the last byte of an answer that was paid for is held back, where nothing but a broken line would tell that
it didn't arrive: the system takes over all of it at once, and then only a line that breaks near by is heard of."""


class Line:
    """Sends an answer in pieces, and notices when the client leaves: `left` is for threads to look at."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self.left = threading.Event()
        self._receive = receive
        self._send = send

    async def watch(self) -> None:
        """Wait until the client has gone; call it once the request's body is read."""
        while not self.left.is_set():
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.left.set()

    async def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send an answer's status and headers."""
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def piece(self, body: bytes) -> None:
        """Send a part of a body, with more to come."""
        for start in range(0, len(body), PIECE_BYTES):
            await self._send(
                {"type": "http.response.body", "body": body[start : start + PIECE_BYTES], "more_body": True}
            )
            await asyncio.sleep(0)  # or a broken line would be heard of only behind the last piece

    async def _look(self) -> None:
        end = time.monotonic() + LOOK_SECONDS
        while not self.left.is_set() and time.monotonic() < end:
            await asyncio.sleep(0.001)

    async def end(self, body: bytes = b"", *, looking: bool = False) -> bool:
        """Send the last of an answer; return whether the client was there until then, `looking` at it once more."""
        rest = max(len(body) - 1, 0) // (1 if looking else PIECE_BYTES) * (1 if looking else PIECE_BYTES)
        await self.piece(body[:rest])
        if looking:
            await self._look()
        there = not self.left.is_set()
        await self._send({"type": "http.response.body", "body": body[rest:], "more_body": False})
        return there
