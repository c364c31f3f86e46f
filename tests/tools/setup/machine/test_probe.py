"""Whether an index answers, tried on loopback."""

import http.server
import socket
import threading
from collections.abc import Iterator

import pytest

from tools.setup.machine import probe


class Index(http.server.BaseHTTPRequestHandler):
    """Has torch under /whl/cpu/ and nothing else."""

    def do_HEAD(self) -> None:
        self.send_response(200 if self.path == "/whl/cpu/torch/" else 403)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def index() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_index_that_answers_is_taken(index: str) -> None:
    assert probe.unreachable(f"{index}/whl/cpu") is None
    assert probe.unreachable(f"{index}/whl/cpu/") is None


def test_an_index_that_refuses_is_told_with_its_status(index: str) -> None:
    assert probe.unreachable(f"{index}/elsewhere") == "PyTorch's index answers 403"


def test_nobody_there_is_told_in_words() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/whl/cpu"
        assert probe.unreachable(address) == "PyTorch's index is out of reach (Connection refused)"


def test_a_silent_index_costs_no_longer_than_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/whl/cpu"
        told = probe.unreachable(address, seconds=0.3)
    assert told is not None
    assert told.startswith("PyTorch's index")
