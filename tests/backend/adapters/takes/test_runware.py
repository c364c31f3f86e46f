"""What Runware takes changes the tasks that arrive there, or what is made of their pictures; the rest is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from backend.adapters.runware.options import CallbackOptions
from backend.domain.requests import TABBED, Mode, Request
from tests.backend.adapters.runware.scene import INFER, PREPROCESS, Scene, runware_scene
from tests.backend.adapters.takes.samples import acts_or_is_refused, fields_of, once, pair, stored

CASES = [(mode, path) for mode in TABBED for path in fields_of(mode, CallbackOptions)]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with runware_scene(tmp_path_factory.mktemp("runware"), PLAYGROUND_ALLOW_CALLBACKS=True) as scene:
        yield scene


@pytest.fixture(scope="module")
def carried(scene: Scene) -> Any:
    def run(request: Request) -> Any:
        scene.world.arrivals.clear()
        # A control's other model arrives there, too, and is refused there.
        made, run = scene.draw(request)
        sent = [{**one.body, "taskUUID": ""} for one in scene.world.arrivals if one.operation in (INFER, PREPROCESS)]
        assert sent
        return sent, [image.sha256 for image in run.images], [one.image for one in made]

    return once(run)


@pytest.mark.parametrize(("mode", "path"), CASES)
def test_every_field_changes_what_is_sent_or_is_refused(scene: Scene, carried: Any, mode: Mode, path: str) -> None:
    asked = pair(mode, path, stored(scene.playground.files))
    acts_or_is_refused(scene.runware.capabilities, path, asked, carried)
