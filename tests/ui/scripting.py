"""A scene's page, and a script's client of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from gradio_client import Client

from backend.playground import Playground
from tests.serving import page_of


class HasPlayground(Protocol):
    """What a page can be served of."""

    @property
    def playground(self) -> Playground:
        """Return it."""


S = TypeVar("S", bound=HasPlayground)


@dataclass(frozen=True)
class Served(Generic[S]):
    """A provider's scene behind a page, and a script's client of that page."""

    scene: S
    client: Client


@contextmanager
def scripted(scene: S, downloads: Path) -> Iterator[Served[S]]:
    """Serve a scene's playground until the block ends; what the client fetches goes to `downloads`."""
    with page_of(scene.playground) as address:
        yield Served(scene, Client(address, verbose=False, download_files=downloads))
