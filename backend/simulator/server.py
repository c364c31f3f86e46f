"""The simulator on a socket: in a thread of this process, or for good."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Mapping

import uvicorn

from backend.simulator.shell import PROTOCOLS, build
from backend.simulator.world import World

START_SECONDS = 30.0
GRACE_SECONDS = 1
"""How long an answer that is under way may still last when the simulator ends."""
MOST_FRAME = 256 * 2**20
"""Bytes of one WebSocket message: frames with images as base64 are large, and the service caps none that is known."""


@contextlib.contextmanager
def running(
    world: World, *, host: str = "127.0.0.1", port: int = 0, protocols: Mapping[str, str] = PROTOCOLS
) -> Iterator[str]:
    """Serve a world in a thread while the block runs, and yield its address; port 0 takes a free one."""
    with _listening(host, port) as listener:
        server = _Brief(_config(world, protocols))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True, name="simulator")
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield f"http://{host}:{listener.getsockname()[1]}"
        finally:
            server.end()
            thread.join(START_SECONDS)


def serve(world: World, *, host: str, port: int) -> None:
    """Serve a world until Ctrl-C."""
    with _listening(host, port) as listener:
        uvicorn.Server(_config(world, PROTOCOLS)).run(sockets=[listener])


class _Brief(uvicorn.Server):
    """A server that ends as soon as it is told to; uvicorn's own takes 0.2 s, and a thousand tests start one each."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def end(self) -> None:
        """End, from another thread."""
        self.should_exit = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # It ended by itself, and its loop is closed.
                self._loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        """Wait until told to end."""
        self._loop = asyncio.get_running_loop()
        await self.on_tick(0)
        if not self.should_exit:
            await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nobody in any more, and give those that are being served their second."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        until = time.monotonic() + GRACE_SECONDS
        while self._busy() and time.monotonic() < until:
            await asyncio.sleep(0.005)
        for task in self.server_state.tasks:
            task.cancel()

    def _busy(self) -> bool:
        return bool(self.server_state.connections or self.server_state.tasks)


def _listening(host: str, port: int) -> socket.socket:
    listener = socket.create_server((host, port))
    # asyncio does this for sockets of its own; without it each answer waits 40 ms for the other side to acknowledge.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _config(world: World, protocols: Mapping[str, str]) -> uvicorn.Config:
    return uvicorn.Config(
        build(world, protocols),
        http="h11",  # the one whose cycle `shell` knows how to cut
        lifespan="off",
        log_level="warning",
        log_config=None,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws_max_size=MOST_FRAME,
    )


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise RuntimeError("the simulator did not start")
        time.sleep(0.005)
