"""Looking at a server, in a thread of its own."""

import threading
from pathlib import Path

import httpx

from backend.adapters.openai.backend import OpenAIBackend
from backend.adapters.provider.backend import line_to
from backend.domain.providers import OPENAI
from backend.images.storage.files import ImageFiles
from backend.settings import Settings
from tests.backend.adapters.openai.scene import LONG


class Slow(httpx.BaseTransport):
    """A server that answers once it may, and notes when its line was closed."""

    def __init__(self) -> None:
        self.asked, self.may_answer, self.closed = threading.Event(), threading.Event(), threading.Event()
        self.asked_after_it_was_closed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.set()
        assert self.may_answer.wait(LONG)
        self.asked_after_it_was_closed |= self.closed.is_set()
        return httpx.Response(200, json={"data": []})

    def close(self) -> None:
        self.closed.set()


def test_a_line_is_closed_once_nobody_looks_through_it_any_more(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, PLAYGROUND_DATA=tmp_path, PLAYGROUND_OPENAI_BASE_URL="http://server.test/v1")
    server = Slow()
    line = line_to(OPENAI, settings, server)
    backend = OpenAIBackend(OPENAI, settings, ImageFiles(tmp_path / "images"), line)
    assert server.asked.wait(LONG)
    closing = threading.Thread(target=backend.close)
    closing.start()
    assert not server.closed.wait(0.2)  # Time enough for one that doesn't wait.
    server.may_answer.set()
    closing.join(LONG)
    assert server.closed.is_set()
    assert not server.asked_after_it_was_closed
