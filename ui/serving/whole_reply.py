"""Whole answers of the application, which its middleware changes and keeps."""

import gzip
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Send


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

    def compress(self, level: int) -> None:
        """Compress it, unless somebody has."""
        if "content-encoding" not in Headers(raw=self.start["headers"]):
            body = gzip.compress(self.body, level)
            self.change(body, {"content-encoding": "gzip", "vary": "Accept-Encoding"})

    def plain(self) -> bytes:
        """Return the body as it is read."""
        return gzip.decompress(self.body) if _gzipped(self.start) else self.body


def _gzipped(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-encoding") == "gzip"
