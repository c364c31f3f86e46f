"""A playground on the fake backend, served on a free port as `app.py` serves it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from app import serve
from backend.adapters.fake import FakeBackend
from backend.domain.capabilities import Limit, Size
from backend.images.storage.files import ImageFiles
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.record.database.engine import open_database
from backend.record.store import Store
from backend.settings import Settings


class SecondFake(FakeBackend):
    """Another maker of flat colours, which can do less."""

    name = "second"
    label = "Second fake"
    capabilities = replace(
        FakeBackend.capabilities,
        modes=("text_to_image", "inpaint"),
        default_size=Size(512, 512),
        limits={"steps": Limit(most=20, reason="It stops there.")},
        reasons={"negative_prompt": "It draws what it is told.", "variation_strength": "It takes one seed."},
        examples=("a second beginning",),
        most_controls=1,
    )


@dataclass(frozen=True)
class Site:
    """A served playground: its address, its parts, and its one backend."""

    address: str
    playground: Playground
    fake: FakeBackend


@contextmanager
def served_site(data: Path, *, two: bool = False, port: int | None = None, **more: str) -> Iterator[Site]:
    """Serve a playground whose record is in `data` until the block ends, with one fake backend or two.

    `more` are further settings, by their names in the environment.
    """
    given = {"PLAYGROUND_DATA": data, "PLAYGROUND_BACKEND": "fake", "GRADIO_SERVER_PORT": port or free_port(), **more}
    settings = Settings(_env_file=None, **given)
    engine = open_database(settings.data)
    files = ImageFiles(settings.data / "images")
    fake = FakeBackend(files)
    backends = {"fake": fake} | ({"second": SecondFake(files)} if two else {})
    playground = Playground(settings, backends, Store(engine), Budget(engine, settings.caps), files, "fake")
    with page_of(playground) as address:
        yield Site(address, playground, fake)
    engine.dispose()


@contextmanager
def page_of(playground: Playground) -> Iterator[str]:
    """Serve a playground until the block ends, and yield its address."""
    page, address = serve(playground)
    try:
        yield address
    finally:
        page.close()


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
