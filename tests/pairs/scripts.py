"""The rows that have no page: a script at the API, an assistant at MCP, a program at `/v1`; all with their cookie."""

import asyncio
import contextlib
import json
import socket
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

import httpx
from gradio_client import Client
from gradio_client.client import Job
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from tests.pairs.page import PATIENCE, Page
from tests.pairs.place import Place
from tests.pairs.rows import ON_THE_PAGE, WORDS, Row

ASKED: Mapping[str, Any] = {"prompt": WORDS, "width": 128, "height": 128, "steps": 4, "backend": "runware", "count": 2}


@dataclass
class Called:
    """A call of the API."""

    client: Client
    job: Job

    def stop(self) -> None:
        """Cancel it, as a script does."""
        self.job.cancel()

    def end(self) -> Any:
        """Wait for its end, however it ends."""
        with contextlib.suppress(Exception):
            return self.job.result(PATIENCE)
        return None

    def leave(self) -> None:
        """Hang up, also on a playground that is gone."""
        with contextlib.suppress(httpx.HTTPError):
            self.job.cancel()
        self.client.close()


class AtTheApi(Row):
    """Two images, by `gradio_client`."""

    def begin(self, place: Place, page: Page) -> Called:
        """Submit it."""
        headers = {name: page.client.headers[name] for name in ("cookie", "x-forwarded-for")}
        client = Client(place.address, headers=headers, verbose=False, download_files=False)
        job = client.submit(**ASKED, api_name="/text_to_image")
        until = time.monotonic() + PATIENCE
        while not (job.communicator and job.communicator.event_id):  # by which the client cancels
            assert time.monotonic() < until
            time.sleep(0.005)
        return Called(client, job)


class Tool:
    """A call of a tool, in an event loop of its own."""

    def __init__(self, address: str, headers: Mapping[str, str]) -> None:
        self.address, self.headers = f"{address}mcp", dict(headers)
        self.loop = asyncio.new_event_loop()
        self.task: asyncio.Task[Any] | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Cancel it, as an assistant does."""
        assert self.task is not None
        self.loop.call_soon_threadsafe(self.task.cancel)

    leave = stop

    def end(self) -> None:
        """Wait for its end, however it ends."""
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()

    def _run(self) -> None:
        self.task = self.loop.create_task(self._call())
        with contextlib.suppress(asyncio.CancelledError, Exception):
            self.loop.run_until_complete(self.task)
        self.loop.close()

    async def _call(self) -> None:
        async with (
            httpx.AsyncClient(headers=self.headers, timeout=PATIENCE) as client,
            streamable_http_client(self.address, http_client=client) as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            await session.call_tool("text_to_image", dict(ASKED))


class AtMcp(Row):
    """Two images, by MCP's own client."""

    def begin(self, place: Place, page: Page) -> Tool:
        """Call the tool."""
        return Tool(place.address, {name: page.client.headers[name] for name in ("cookie", "x-forwarded-for")})


class Posted:
    """An order over `/v1` on a line of its own, which is broken to stop it."""

    def __init__(self, address: str, headers: Mapping[str, str]) -> None:
        place = urlsplit(address)
        self.line = HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE)
        self.line.connect()
        self.socket = self.line.sock  # Which http.client forgets once the answer has it, or the line is broken.
        self.headers = {**headers, "content-type": "application/json"}
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Break the line, as a program does that is stopped."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    leave = stop

    def end(self) -> None:
        """Wait for its end, however it ends."""
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()

    def _run(self) -> None:
        asked = {"prompt": WORDS, "size": "128x128", "steps": 4, "model": "runware/z-image-turbo", "n": 2}
        asked["user"] = uuid.uuid4().hex  # Else it would be a retry of what was broken off before.
        with contextlib.closing(self.line), contextlib.suppress(OSError, HTTPException):
            self.line.request("POST", "/v1/images/generations", json.dumps(asked), self.headers)
            with self.line.getresponse() as answer:
                answer.read()


class OverV1(Row):
    """Two images over OpenAI's images API."""

    def begin(self, place: Place, page: Page) -> Posted:
        """Post it."""
        return Posted(place.address, {name: page.client.headers[name] for name in ("cookie", "x-forwarded-for")})


ROWS: tuple[Row, ...] = (
    *ON_THE_PAGE,
    AtMcp("MCP", images=2),
    AtTheApi("API", images=2),
    OverV1("v1", images=2),
)
