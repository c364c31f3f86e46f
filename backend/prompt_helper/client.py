"""One call to a chat server: a strict deadline, no redirect followed, an answer of any size read only so far.

Asynchronous, unlike the rest of the house: only so does a Stop or the deadline end a call wherever it is, with its
connection, so that the server needn't go on (docs/decisions has why).
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import httpx

from backend.domain.errors import BadReply, PlaygroundError, ProviderTimeout, ProviderUnreachable
from backend.prompt_helper.server import Server

SECONDS = 30.0
MOST_BYTES = 256 * 1024
"""Of an answer: some hundred words and what stands around them take a few kilobytes."""
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: its status, its headers (small letters) and its body."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is one of the 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return the body as JSON; None for what is none."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None


async def call(server: Server, path: str, body: dict[str, Any] | None = None, *, seconds: float = SECONDS) -> Answer:
    """Send a body (POST), or none (GET), once, and return the answer, whatever its status.

    Raises `ProviderUnreachable`, `ProviderTimeout` or `BadReply`; of the latter two nobody knows whether they are
    billed. The body is never part of an error, and neither is the key.
    """
    server.check_key()
    try:
        async with asyncio.timeout(seconds):
            return await _send(server, path, body, seconds)
    except _NOT_SENT:
        raise ProviderUnreachable(f"The prompt helper at {server.host} can't be reached: try again later.") from None
    except (TimeoutError, httpx.TimeoutException):
        message = f"The prompt helper at {server.host} gave no answer within {seconds:.0f} s: try again later."
        raise ProviderTimeout(message, billed="unknown") from None
    except httpx.TransportError:
        message = f"The connection to the prompt helper at {server.host} broke off: try again."
        raise ProviderTimeout(message, billed="unknown") from None
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, httpx.CookieConflict):
        raise unreadable(server, "what it sent can't be read") from None


def unreadable(server: Server, why: str) -> PlaygroundError:
    """Return the error of an answer that isn't what a chat server says."""
    return BadReply(f"The prompt helper at {server.host} gave no usable answer ({why}).", billed="unknown")


async def _send(server: Server, path: str, body: dict[str, Any] | None, seconds: float) -> Answer:
    # Identity: the cap then counts what crosses the line, and no small body unpacks to a large one.
    headers = {"User-Agent": "z-image-playground", "Accept": "application/json", "Accept-Encoding": "identity"}
    if server.key is not None:
        headers["Authorization"] = f"Bearer {server.key.get_secret_value()}"
    client = httpx.AsyncClient(follow_redirects=False, trust_env=not server.is_here, timeout=seconds)
    method = "GET" if body is None else "POST"
    async with client, client.stream(method, server.base_url + path, headers=headers, json=body) as answer:
        content = bytearray()
        async for chunk in answer.aiter_bytes():
            content += chunk
            if len(content) > MOST_BYTES:
                raise unreadable(server, f"more than {MOST_BYTES // 1024} kB")
        told = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, told, bytes(content))
