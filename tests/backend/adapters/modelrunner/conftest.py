"""The parts of the scene, by name."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from backend.adapters.modelrunner.backend import ModelRunnerBackend
from backend.domain.caller import Caller
from backend.domain.events import Event
from backend.domain.requests import ControlNet
from backend.generation.generate import generate
from backend.images.encoding import encode
from backend.playground import Playground
from backend.settings import Settings
from backend.simulator.faults import Fault
from backend.simulator.world import World
from tests.backend.adapters.modelrunner.scene import Scene, modelrunner_scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with modelrunner_scene(tmp_path) as scene:
        yield scene


@pytest.fixture
def world(scene: Scene) -> World:
    return scene.world


@pytest.fixture
def address(scene: Scene) -> str:
    return scene.address


@pytest.fixture
def backend(scene: Scene) -> ModelRunnerBackend:
    return scene.modelrunner


@pytest.fixture
def playground(scene: Scene) -> Playground:
    return scene.playground


@pytest.fixture
def settings(scene: Scene) -> Settings:
    return scene.playground.settings


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
