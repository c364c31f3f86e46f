"""A chat server on loopback that answers well, or as a test says."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BETTER = "A red fox asleep in fresh snow under a birch, low winter sun, seen from close by."


def chat(text: object, **more: object) -> bytes:
    """Return an answer of OpenAI's form with this content."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return json.dumps({"object": "chat.completion", "choices": [choice], **more}).encode()


@dataclass
class ChatServer:
    """What it says, and what it was asked; `wait` holds an answer back until it is set, or for ever."""

    address: str = ""
    status: int = 200
    body: bytes = field(default_factory=lambda: chat(BETTER))
    headers: Mapping[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    wait: threading.Event | None = None
    came: threading.Event = field(default_factory=threading.Event)
    """Set once somebody has asked."""
    left: threading.Event = field(default_factory=threading.Event)
    """Set once somebody hung up while an answer was held back."""

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2].partition("/")[0])


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, body: dict[str, Any]) -> None:
        desk: ChatServer = self.server.desk  # type: ignore[attr-defined]
        desk.asked.append((self.path, body, {name.lower(): value for name, value in self.headers.items()}))
        desk.came.set()
        if desk.wait is not None:
            self.connection.settimeout(0.05)
            while not desk.wait.is_set():
                try:
                    if self.connection.recv(1) == b"":
                        desk.left.set()
                        return
                except TimeoutError:
                    continue
                except OSError:
                    desk.left.set()
                    return
            self.connection.settimeout(None)
        try:
            self.send_response(desk.status)
            for name, value in {"Content-Length": str(len(desk.body)), **desk.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(desk.body)
        except OSError:
            desk.left.set()

    def log_message(self, *given: object) -> None:
        """Say nothing."""


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    """Serve until the block ends."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    http.daemon_threads = True
    desk = http.desk = ChatServer(f"http://127.0.0.1:{http.server_port}/v1")  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield desk
    finally:
        if desk.wait is not None:
            desk.wait.set()
        http.shutdown()
        http.server_close()
        thread.join()
