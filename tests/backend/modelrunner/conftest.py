"""A playground whose ModelRunner is the simulator, on a real socket."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from backend.caller import Caller
from backend.encoding import encode
from backend.events import Event
from backend.generate import generate
from backend.http import Line
from backend.modelrunner.backend import ModelRunnerBackend
from backend.modelrunner.service import MEDIA, Service
from backend.playground import Playground
from backend.requests import ControlNet
from backend.runs.files import ImageFiles
from backend.settings import Settings
from backend.simulator.artist import FlatArtist
from backend.simulator.faults import Fault
from backend.simulator.server import running
from backend.simulator.world import World

KEY = "mr-secret-0123456789"
PROTOCOL = {"modelrunner": "backend.simulator.modelrunner:routes"}


def soon(seconds: float) -> None:
    """Wait, but not as long as in earnest."""
    time.sleep(min(seconds, 0.01))


@pytest.fixture
def world(tmp_path: Path) -> World:
    files = ImageFiles(tmp_path / "simulator")
    return World(FlatArtist(files), files, KEY)


@pytest.fixture
def address(world: World) -> Iterator[str]:
    with running(world, protocols=PROTOCOL) as address:
        yield address


@pytest.fixture
def settings(settings: Settings, address: str) -> Settings:
    keys = {"MODELRUNNER_KEY": KEY, "MODELRUNNER_BASE_URL": address, "MODELRUNNER_STORAGE_URL": address}
    return Settings(_env_file=None, PLAYGROUND_DATA=settings.data, PLAYGROUND_BACKEND="modelrunner", **keys)


@pytest.fixture
def backend(settings: Settings, address: str) -> Iterator[ModelRunnerBackend]:
    line = Line("ModelRunner", address, scheme="Key", media=MEDIA, sleep=soon)
    files = ImageFiles(settings.data / "images")
    backend = ModelRunnerBackend(settings, files, Service(line, address), sleep=soon)
    yield backend
    backend.close()


@pytest.fixture
def playground(playground: Playground, backend: ModelRunnerBackend) -> Playground:
    return dataclasses.replace(
        playground, backends={"modelrunner": backend}, files=backend.files, default="modelrunner"
    )


@pytest.fixture
def control_image(backend: ModelRunnerBackend) -> str:
    image = Image.new("RGB", (256, 128), "white")
    ImageDraw.Draw(image).ellipse((40, 20, 200, 110), fill="black")
    return backend.files.put(encode(image, "png"), "png")


@pytest.fixture
def ask(playground: Playground, caller: Caller, control_image: str) -> Callable[..., list[Event]]:
    """Return a function that runs a ControlNet request through the door and returns what happened."""

    def ask(**values: Any) -> list[Event]:
        request = ControlNet(**{"prompt": "a lighthouse", "image": control_image, "seed": 7, **values})
        return list(generate(playground, caller, "modelrunner", request))

    return ask


@pytest.fixture
def suffer(world: World) -> Callable[..., None]:
    """Return a function that lets something go wrong at an operation of ModelRunner's."""

    def suffer(kind: str, operation: str = "submit", **values: Any) -> None:
        world.faults.add(Fault(kind=kind, operation=f"modelrunner.{operation}", **values))

    return suffer
