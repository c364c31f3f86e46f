"""What a server of OpenAI's form takes changes the orders that arrive there, or the file made of them; else refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from backend.domain.capabilities import Options
from backend.domain.requests import Mode, Request
from tests.backend.adapters.openai.scene import EDIT, MAKE, ME, Scene, openai_scene
from tests.backend.adapters.takes.samples import acts_or_is_refused, fields_of, once, pair, stored

MODES: tuple[Mode, ...] = ("text_to_image", "image_to_image", "inpaint")
CASES = [(mode, path) for mode in MODES for path in fields_of(mode, Options)]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with openai_scene(tmp_path_factory.mktemp("openai")) as scene:
        yield scene


@pytest.fixture(scope="module")
def carried(scene: Scene) -> Any:
    def run(request: Request) -> Any:
        scene.world.arrivals.clear()
        made, run = scene.draw(request)
        sent = [one.body for one in scene.world.arrivals if one.operation in (MAKE, EDIT)]
        assert sent
        files = [scene.playground.files.path(image.sha256).read_bytes() for image in run.images]
        return sent, [len(file) for file in files], [image.format for image in run.images], [one.image for one in made]

    return once(run)


@pytest.mark.parametrize(("mode", "path"), CASES)
def test_every_field_changes_what_is_sent_or_made_or_is_refused(
    scene: Scene, carried: Any, mode: Mode, path: str
) -> None:
    refs = stored(scene.playground.files)
    for sha256 in refs.values():
        scene.playground.holders.add_picture(sha256, ME)
    acts_or_is_refused(scene.backend.capabilities, path, pair(mode, path, refs), carried)
