"""A second playground as the server: the same pixels through it as on it, its bills as bills, its seeds as it says."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backend.domain.caller import Caller
from backend.domain.events import Finished
from backend.domain.records import Run
from backend.domain.requests import Request, TextToImage
from backend.generation.generate import generate
from backend.images.storage.files import ImageFiles
from backend.playground import Playground
from backend.settings import Settings
from backend.simulator.artist import FlatArtist
from backend.simulator.server import running
from backend.simulator.world import KEY, World
from backend.visitors.identity import API
from tests.backend.adapters.openai.scene import ME, Scene, scene_of
from tests.opened import opened
from tests.serving import free_port, page_of

pytestmark = pytest.mark.slow
STAR = TextToImage(prompt="a red star", width=128, height=128, steps=2, seed=5)


@contextmanager
def through(folder: Path, address: str, world: World, **given: Any) -> Iterator[Scene]:
    """Open a playground whose one server is the second playground."""
    base = f"{address.removesuffix('/')}/v1"
    with scene_of(folder / "first", world, address, None, PLAYGROUND_OPENAI_BASE_URL=base, **given) as scene:
        yield scene


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Playground, str, World]]:
    """Serve a second playground, with the embedded model and a simulated Runware."""
    data = tmp_path_factory.mktemp("second")
    files = ImageFiles(data / "world")
    world = World(FlatArtist(files), files)
    with running(world) as runware:
        given: dict[str, Any] = {
            "PLAYGROUND_DATA": data,
            "PLAYGROUND_MODEL": "tiny",
            "PLAYGROUND_BACKEND": "local",
            "GRADIO_SERVER_PORT": free_port(),
            "RUNWARE_API_KEY": KEY,
            "RUNWARE_BASE_URL": f"{runware}/v1",
        }
        with opened(Settings(_env_file=None, **given)) as playground, page_of(playground) as address:
            yield playground, address, world


def made(playground: Playground, backend: str, request: Request) -> Run:
    *_, end = generate(playground, Caller(visitor=ME), backend, request)
    assert isinstance(end, Finished), end
    return end.run


def pixels(playground: Playground, run: Run, index: int = 0) -> Any:
    with Image.open(playground.files.path(run.images[index].sha256)) as picture:
        return np.asarray(picture.convert("RGB"))


def test_the_same_pixels_come_through_it_as_are_drawn_on_it(
    second: tuple[Playground, str, World], tmp_path: Path
) -> None:
    playground, address, world = second
    direct = made(playground, "local", STAR.model_copy(update={"count": 2}))
    with through(tmp_path, address, world) as scene:
        assert scene.backend.capabilities.modes == ("text_to_image", "image_to_image", "inpaint")
        _, run = scene.draw(STAR.model_copy(update={"count": 2}))
        assert [image.seed for image in run.images] == [5, 6]
        for index in range(2):
            assert (pixels(scene.playground, run, index) == pixels(playground, direct, index)).all()
    assert (run.cost_usd, run.cost_kind) == (Decimal(0), "billed")


def test_a_picture_is_redrawn_there_as_here(second: tuple[Playground, str, World], tmp_path: Path) -> None:
    playground, address, world = second
    with through(tmp_path, address, world) as scene:
        request = scene.redrawn(strength=0.6, steps=4)
        there = playground.files.put(scene.playground.files.path(request.image).read_bytes(), "png")
        playground.holders.add_picture(there, ME)
        direct = made(playground, "local", request)
        _, run = scene.draw(request)
        assert (pixels(scene.playground, run) == pixels(playground, direct)).all()


def test_what_the_mask_keeps_comes_back_to_the_pixel(second: tuple[Playground, str, World], tmp_path: Path) -> None:
    _, address, world = second
    with through(tmp_path, address, world) as scene:
        request = scene.inpainted(steps=4)
        _, run = scene.draw(request)
        with Image.open(scene.playground.files.path(request.image)) as before:
            kept = np.asarray(before.convert("RGB"))[:, :64]
        after = pixels(scene.playground, run)
    assert (after[:, :64] == kept).all()
    assert (after[:, 64:] != np.asarray([255, 165, 0])).any()


def test_its_bill_is_a_bill_here(second: tuple[Playground, str, World], tmp_path: Path) -> None:
    playground, address, world = second
    with through(tmp_path, address, world, PLAYGROUND_OPENAI_MODEL="runware/z-image-turbo") as scene:
        before = len(world.account.bills)
        images, run = scene.draw(STAR)
        (bill,) = world.account.bills[before:]
        assert (run.cost_usd, run.cost_kind, images[0].seed) == (bill, "billed", 5)
        assert scene.playground.budget.entry(run.id) == ("settled", Decimal(0), bill)
    (theirs,) = [each for each in playground.store.runs(API) if each.backend == "runware"]
    assert (theirs.cost_usd, theirs.request.prompt) == (bill, "a red star")


def test_what_it_refuses_unbilled_is_unbilled_here(second: tuple[Playground, str, World], tmp_path: Path) -> None:
    _, address, world = second
    with through(tmp_path, address, world, PLAYGROUND_OPENAI_MODEL="nobody/knows") as scene:
        error, _ = scene.failed(STAR)
        assert error.billed == "no"
        assert "check PLAYGROUND_OPENAI_MODEL" in str(error)
    assert scene.backend.capabilities.modes == ("text_to_image", "image_to_image", "inpaint")


def test_its_seeds_are_its_own_words_until_pixels_prove_them(
    second: tuple[Playground, str, World], tmp_path: Path
) -> None:
    _, address, world = second
    with through(tmp_path, address, world) as scene:
        scene.draw(STAR)
        assert scene.backend.state(Caller(visitor=ME)).message == "Ready; seeds are sent, not proven"
        scene.draw(STAR)
        assert scene.backend.state(Caller(visitor=ME)).message == "Ready; seeds are proven"
        assert scene.playground.store.runs(ME)[0].images[0].seed == 5
