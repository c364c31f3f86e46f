"""A playground whose Runware is the simulator, on a real socket; nothing waits."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from backend.adapters.provider.line import Line
from backend.adapters.runware.backend import RunwareBackend
from backend.domain.caller import Caller
from backend.domain.errors import PlaygroundError
from backend.domain.events import Event, Failed, Finished, Generated
from backend.domain.providers import RUNWARE
from backend.domain.records import Run
from backend.domain.requests import Request, TextToImage
from backend.generation.generate import generate
from backend.images.storage.files import ImageFiles
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.record.database.engine import open_database
from backend.record.store import Store
from backend.settings import Settings
from backend.simulator.artist import FlatArtist
from backend.simulator.server import running
from backend.simulator.world import KEY, World

INFER, PREPROCESS = "runware.imageInference", "runware.controlNetPreprocess"
ONE = Decimal("0.0006")
"""The price of one `fox`, and of one control picture."""


def fox(count: int = 1, **options: object) -> TextToImage:
    """Return a small request."""
    return TextToImage(prompt="a fox", width=128, height=128, seed=1, count=count, options=options)


@dataclass
class Scene:
    """The playground, its Runware, the world behind it, and the seconds it would have waited."""

    playground: Playground
    runware: RunwareBackend
    world: World
    address: str
    waits: list[float] = field(default_factory=list)

    def draw(self, request: Request, caller: Caller | None = None) -> tuple[list[Generated], Run]:
        """Run a request to its end and return its images and its record."""
        events = self.events(request, caller)
        end = events[-1]
        assert isinstance(end, Finished | Failed)
        assert end.run is not None
        return [event for event in events if isinstance(event, Generated)], end.run

    def failed(self, request: Request) -> tuple[PlaygroundError, Run]:
        """Run a request that fails, and return why and its record."""
        end = self.events(request)[-1]
        assert isinstance(end, Failed)
        assert end.run is not None
        return end.error, end.run

    def ended(self) -> list[Run]:
        """Wait until no run is going any more, and return them, newest first."""
        for thread in threading.enumerate():
            if thread.name == "run":
                thread.join(60)
        return self.playground.store.runs("visitor-1")

    def events(self, request: Request, caller: Caller | None = None) -> list[Event]:
        """Run a request to its end and return what happened."""
        return list(generate(self.playground, caller or Caller(visitor="visitor-1"), "runware", request))


@contextmanager
def runware_scene(folder: Path, **more: object) -> Iterator[Scene]:
    """Open a playground that has Runware alone, with the simulator behind it; `more` are further settings."""
    seen = ImageFiles(folder / "simulator")
    world = World(FlatArtist(seen), seen)
    with running(world) as address:
        given = {"PLAYGROUND_DATA": folder, "RUNWARE_API_KEY": KEY, "RUNWARE_BASE_URL": f"{address}/v1", **more}
        settings = Settings(_env_file=None, **given)
        engine = open_database(settings.data)
        files = ImageFiles(settings.data / "images")
        waits: list[float] = []

        def soon(seconds: float) -> None:
            waits.append(seconds)
            time.sleep(min(seconds, 0.005))  # Else a busy machine's simulator hasn't drawn when patience ends.

        line = Line("Runware", settings.runware_base_url, scheme="Bearer", media=RUNWARE.media, sleep=soon)
        runware = RunwareBackend(settings, files, line, sleep=soon)
        playground = Playground(settings, {"runware": runware}, Store(engine), Budget(engine), files, "runware")
        yield Scene(playground, runware, world, address, waits)
        runware.close()
        engine.dispose()
