"""The embedded model, loaded once for all tests of the local engine, and a playground that draws with it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from PIL import Image, ImageDraw

from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.drawing.drawing import Drawing
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.load import load
from backend.adapters.local.machine.checkpoint import EMBEDDED, find
from backend.adapters.local.machine.device import Machine
from backend.adapters.local.machine.extras import Extras
from backend.domain.events import Event, Finished
from backend.domain.requests import TextToImage
from backend.images.encoding import encode
from backend.playground import Playground
from backend.settings import Settings
from backend.threads.background import Loading
from tests.backend.adapters.local.left_behind import left_behind, weights_of

Draw = Callable[..., Image.Image]
CPU = Machine("cpu", "CPU", 16 * 2**30)
PROMPT = "a red circle on a blue background"


@pytest.fixture(scope="session")
def engine() -> Engine:
    """Return the engine with the embedded model."""
    checkpoint = find("tiny")
    assert checkpoint
    return load(checkpoint, Extras(offered=False), lambda *_: None)


@pytest.fixture(scope="session")
def _weights(engine: Engine) -> Sequence[float]:
    return weights_of(engine)


@pytest.fixture(autouse=True)
def _leaves_nothing_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    if "engine" not in request.fixturenames:
        yield
        return
    engine, weights = request.getfixturevalue("engine"), request.getfixturevalue("_weights")
    yield
    assert left_behind(engine, weights) == []


@pytest.fixture(scope="session")
def plain(engine: Engine) -> Any:
    """Return diffusers' own pipeline on the same weights, with a scheduler of its own."""
    from diffusers import FlowMatchEulerDiscreteScheduler, ZImagePipeline

    components = engine.pipe.components
    scheduler = FlowMatchEulerDiscreteScheduler.from_pretrained(EMBEDDED, subfolder="scheduler")
    pipe = ZImagePipeline(**components | {"scheduler": scheduler})
    pipe.set_progress_bar_config(disable=True)
    return pipe


@pytest.fixture
def draw(engine: Engine) -> Draw:
    """Return a function that draws a text-to-image request of 128×128 with the values given."""

    def drawn(*, seed: int = 7, on_step: Any = None, size: tuple[int, int] = (128, 128), **values: Any) -> Image.Image:
        asked = TextToImage(**{"prompt": PROMPT, "steps": 4} | values)
        return engine.draw(Drawing(request=asked, seed=seed, size=size), on_step or (lambda *_: None))

    return drawn


@pytest.fixture
def local(playground: Playground, engine: Engine) -> LocalBackend:
    """Return the local backend, its model loaded already."""
    backend = LocalBackend(
        Settings(_env_file=None, PLAYGROUND_MODEL="tiny", PLAYGROUND_DATA=playground.settings.data),
        playground.files,
        CPU,
    )
    backend.models.loaded.loading = Loading(lambda _: engine)
    return backend


@pytest.fixture
def house(playground: Playground, local: LocalBackend) -> Playground:
    """Return a playground that has the local backend."""
    return Playground(
        playground.settings, {"local": local}, playground.store, playground.budget, playground.files, "local"
    )


@pytest.fixture
def shown(playground: Playground) -> dict[str, str]:
    """Return the references of an image and a mask in the data folder."""
    image, mask = Image.new("RGB", (150, 130), "teal"), Image.new("L", (150, 130), 0)
    ImageDraw.Draw(image).ellipse((30, 30, 100, 100), fill="gold")
    ImageDraw.Draw(mask).rectangle((60, 60, 90, 90), fill=255)
    return {
        name: playground.files.put(encode(picture, "png"), "png")
        for name, picture in (("image", image), ("mask", mask))
    }


def asked(**values: object) -> TextToImage:
    return TextToImage(**{"prompt": PROMPT, "steps": 4, "seed": 7, "width": 128, "height": 128} | values)


def finished(events: Iterator[Event]) -> Finished:
    *_, last = events
    assert isinstance(last, Finished), last
    return last
