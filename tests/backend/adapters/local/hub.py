"""A small Hugging Face hub on loopback: one model, served as the real one serves files, that can break off."""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """Serves `files` as the model `repo`; the file named `broken` stops in its middle, as often as `breaks` says."""

    def __init__(self, repo: str, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.repo, self.files = repo, files
        self.broken, self.breaks = "", 0
        self.sent: list[tuple[str, int]] = []
        self.gate = threading.Event()
        """Answers wait until it is set."""
        self.gate.set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.server.gate.wait()
        path = self.path.partition("?")[0]
        repo = self.server.repo
        file = re.fullmatch(rf"/{repo}/resolve/[^/]+/(.+)", path)
        if file and file[1] in self.server.files:
            self._file(file[1])
        elif path.startswith(f"/api/models/{repo}/tree"):
            self._json([self._entry(name) for name in self.server.files])
        elif path.startswith(f"/api/models/{repo}"):
            siblings = [{"rfilename": name, "size": len(data)} for name, data in self.server.files.items()]
            self._json({"id": repo, "sha": COMMIT, "siblings": siblings})
        else:
            self._answer(404, b"", {"X-Error-Code": "RepoNotFound"})

    def log_message(self, *_: Any) -> None:
        pass

    def _entry(self, name: str) -> dict[str, Any]:
        data = self.server.files[name]
        return {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}

    def _file(self, name: str) -> None:
        data = self.server.files[name]
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        begin = int(asked[1]) if asked else 0
        headers = {"ETag": f'"{hashlib.sha1(data).hexdigest()}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        if asked:
            headers["Content-Range"] = f"bytes {begin}-{len(data) - 1}/{len(data)}"
        if self.command == "GET":
            self.server.sent.append((name, begin))
        if self.server.broken == name and self.server.breaks and self.command == "GET":
            self.server.breaks -= 1
            self._answer(206 if asked else 200, data[begin:], headers, sent=(len(data) - begin) // 2)
            self.close_connection = True
        else:
            self._answer(206 if asked else 200, data[begin:], headers)

    def _json(self, value: Any) -> None:
        self._answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _answer(self, code: int, body: bytes, headers: dict[str, str], sent: int | None = None) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body[:sent])


@contextmanager
def serving(repo: str, files: dict[str, bytes]) -> Iterator[Hub]:
    """Serve the hub for as long as the context lasts."""
    hub = Hub(repo, files)
    thread = threading.Thread(target=hub.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        thread.join()
        hub.server_close()
