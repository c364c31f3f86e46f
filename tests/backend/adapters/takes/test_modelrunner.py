"""What ModelRunner takes changes the orders that arrive there; the rest is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from backend.adapters.modelrunner.options import ModelRunnerOptions
from backend.domain.caller import Caller
from backend.domain.events import Finished
from backend.domain.requests import Request
from backend.generation.generate import generate
from tests.backend.adapters.modelrunner.scene import Scene, modelrunner_scene
from tests.backend.adapters.takes.samples import acts_or_is_refused, fields_of, once, pair, stored

ORDERS = ("modelrunner.submit", "modelrunner.initiate")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with modelrunner_scene(tmp_path_factory.mktemp("modelrunner")) as scene:
        yield scene


@pytest.fixture(scope="module")
def carried(scene: Scene) -> Any:
    def run(request: Request) -> Any:
        scene.world.arrivals.clear()
        *_, end = generate(scene.playground, Caller(visitor="visitor-1"), "modelrunner", request)
        assert isinstance(end, Finished), end
        orders = [one.body for one in scene.world.arrivals if one.operation in ORDERS]
        pictures = [scene.world.media.get(each.partition("/media/")[2]) for each in _taken_out(orders, "image_url")]
        return orders, pictures, len(_taken_out(orders, "metadata"))

    return once(run)


@pytest.mark.parametrize("path", list(fields_of("controlnet", ModelRunnerOptions)))
def test_every_field_changes_what_is_ordered_or_is_refused(scene: Scene, carried: Any, path: str) -> None:
    asked = pair("controlnet", path, stored(scene.playground.files))
    acts_or_is_refused(scene.modelrunner.capabilities, path, asked, carried)


def _taken_out(orders: list[dict[str, Any]], name: str) -> list[Any]:
    """Take a field out of the orders that differs from run to run anyway, and return what it held."""
    return [order.pop(name) for order in orders if name in order]
