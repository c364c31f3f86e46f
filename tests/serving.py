"""A playground on the fake backend, served on a free port as `app.py` serves it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app import serve
from backend.fake import FakeBackend
from backend.playground import Playground
from backend.runs.budget import Budget
from backend.runs.database import open_database
from backend.runs.files import ImageFiles
from backend.runs.store import Store
from backend.settings import Settings


@dataclass(frozen=True)
class Site:
    """A served playground: its address, its parts, and its one backend."""

    address: str
    playground: Playground
    fake: FakeBackend


@contextmanager
def served_site(data: Path) -> Iterator[Site]:
    """Serve a playground whose record is in `data` until the block ends."""
    settings = Settings(_env_file=None, PLAYGROUND_DATA=data, PLAYGROUND_BACKEND="fake", GRADIO_SERVER_PORT=free_port())
    engine = open_database(settings.data)
    files = ImageFiles(settings.data / "images")
    fake = FakeBackend(files)
    playground = Playground(settings, {"fake": fake}, Store(engine), Budget(engine), files, "fake")
    page, address = serve(playground)
    try:
        yield Site(address, playground, fake)
    finally:
        page.close()
        engine.dispose()


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
