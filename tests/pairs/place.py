"""A playground on a free port, with the simulator behind it, as a cell of the table meets it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from backend.adapters.fake import FakeBackend
from backend.images.storage.files import ImageFiles
from backend.playground import Playground
from backend.settings import Settings
from backend.simulator.artist import FlatArtist
from backend.simulator.faults import Fault
from backend.simulator.server import running
from backend.simulator.world import KEY, World
from backend.visitors.identity import visitor_id
from tests.backend.adapters.openai.scene import price_file
from tests.opened import opened
from tests.pairs.books import ORDERS, Books, Heard
from tests.pairs.page import Page
from tests.serving import free_port, page_of

SLOW_SECONDS = 0.4
"""How long an order lasts that somebody is to press Stop on, or leave."""


@dataclass(frozen=True)
class Place:
    """The playground in this process, the provider's side, and the page's address."""

    playground: Playground
    world: World
    address: str

    def page(self) -> Page:
        """Return the page of a visitor who was never here."""
        return Page(self.address)

    def visitor(self, page: Page) -> str:
        """Return the id of a page's visitor."""
        return visitor_id(page.cookie)

    def books(self) -> Books:
        """Begin to count."""
        return Books(self.playground.store, self.world)

    def bring_home(self, page: Page) -> None:
        """Press Recover at all that is offered."""
        whose = self.playground.shown_to(self.visitor(page))
        for run in [run for visitor in whose for run in self.playground.history.recoverable(visitor)]:
            page.end(page.begin("recover", event={"run": run.id}))

    def rest(self, seconds: float = 2 * SLOW_SECONDS) -> None:
        """Leave whatever may still be ordered the time to be."""
        time.sleep(seconds)

    def slow(self, *, seconds: float = SLOW_SECONDS) -> None:
        """Let every order last."""
        for operation in ORDERS:
            self.world.faults.add(Fault(kind="slow", operation=operation, seconds=seconds, times=50))


def lose_files(place: Place, kind: str = "gone") -> None:
    """Let no file of the provider's be fetched; one that sends its pictures along sends their addresses instead."""
    place.world.faults.add(Fault(kind="address", operation="openai.generations", times=50))
    place.world.faults.add(Fault(kind=kind, operation="media", times=50))


def settings_of(data: Path, provider: str, **more: object) -> Settings:
    """Return settings of a playground whose providers are the simulator at an address."""
    given: dict[str, Any] = {
        "PLAYGROUND_DATA": data,
        "PLAYGROUND_BACKEND": "runware",
        "GRADIO_SERVER_PORT": free_port(),
        "RUNWARE_API_KEY": KEY,
        "RUNWARE_BASE_URL": f"{provider}/v1",
        "MODELRUNNER_KEY": KEY,
        "MODELRUNNER_BASE_URL": provider,
        "MODELRUNNER_STORAGE_URL": provider,
        "PLAYGROUND_OPENAI_API_KEY": KEY,
        "PLAYGROUND_OPENAI_BASE_URL": f"{provider}/v1",
        "PLAYGROUND_OPENAI_PRICES": price_file(data.parent),
        **more,
    }
    return Settings(_env_file=None, **given)


@contextmanager
def provider(folder: Path) -> Iterator[tuple[World, str]]:
    """Run a simulator that notes what it is asked, and yield it with its address."""
    files = ImageFiles(folder / "simulator")
    world = World(FlatArtist(files), files, faults=Heard())
    with running(world) as address:
        yield world, address


@contextmanager
def place_in(folder: Path, **more: object) -> Iterator[Place]:
    """Serve a playground of both providers, and nothing that draws here; `more` are further settings."""
    with provider(folder) as (world, address), opened(settings_of(folder / "data", address, **more)) as whole:
        paid = {name: whole.backends[name] for name in ("runware", "modelrunner", "openai")}
        playground = replace(whole, backends={**paid, "fake": FakeBackend(whole.files)})
        with page_of(playground) as page:
            yield Place(playground, world, page)
