"""A playground whose ModelRunner is the simulator, on a real socket."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.adapters.modelrunner.backend import ModelRunnerBackend
from backend.adapters.modelrunner.service import Service
from backend.adapters.provider.line import Line
from backend.domain.providers import MODELRUNNER
from backend.images.storage.files import ImageFiles
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.record.database.engine import open_database
from backend.record.store import Store
from backend.settings import Settings
from backend.simulator.artist import FlatArtist
from backend.simulator.server import running
from backend.simulator.world import World

KEY = "mr-secret-0123456789"
PROTOCOL = {"modelrunner": "backend.simulator.modelrunner:routes"}


@dataclass
class Scene:
    """The playground, its ModelRunner, the world behind it, and that world's address."""

    playground: Playground
    modelrunner: ModelRunnerBackend
    world: World
    address: str


PATIENCE = 600.0
"""Seconds of waiting after which a run is given up, as in earnest; a question is asked every two of them, and a busy
machine draws no picture in the fifteen questions of half a minute."""


def soon(seconds: float) -> None:
    """Wait, but not as long as in earnest."""
    time.sleep(min(seconds, 0.01))


@contextmanager
def modelrunner_scene(folder: Path, **more: object) -> Iterator[Scene]:
    """Open a playground that has ModelRunner alone, with the simulator behind it; `more` are further settings."""
    seen = ImageFiles(folder / "simulator")
    # A world of its own beside the playground's data, so that the tests of keys look at the data alone.
    world = World(FlatArtist(seen), seen, KEY)
    with running(world, protocols=PROTOCOL) as address:
        provider = {"MODELRUNNER_KEY": KEY, "MODELRUNNER_BASE_URL": address, "MODELRUNNER_STORAGE_URL": address}
        given: dict[str, Any] = {
            "PLAYGROUND_DATA": folder / "data",
            "PLAYGROUND_BACKEND": "modelrunner",
            **provider,
            **more,
        }
        settings = Settings(_env_file=None, **given)
        engine = open_database(settings.data)
        files = ImageFiles(settings.data / "images")
        line = Line("ModelRunner", address, scheme="Key", media=MODELRUNNER.media, sleep=soon)
        backend = ModelRunnerBackend(settings, files, Service(line, address), sleep=soon, patience=PATIENCE)
        playground = Playground(settings, {"modelrunner": backend}, Store(engine), Budget(engine), files, "modelrunner")
        yield Scene(playground, backend, world, address)
        backend.close()
        engine.dispose()
