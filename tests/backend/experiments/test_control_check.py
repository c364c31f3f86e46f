"""Does the control do anything? On the simulated ModelRunner, with an artist that heeds it and one that doesn't."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from backend.domain.caller import Caller
from backend.domain.events import Failed
from backend.domain.requests import ControlNet, Request
from backend.experiments.control_check import Effect, check_effect, effect_estimate
from backend.images.encoding import encode
from backend.simulator.faults import Fault
from tests.backend.adapters.modelrunner.scene import Scene, modelrunner_scene


class Heeding:
    """Draws grey, lighter with more control; `least` is what every image differs by."""

    def __init__(self, lightness: int) -> None:
        self.lightness = lightness

    def draw(self, request: Request) -> Image.Image:
        assert isinstance(request, ControlNet)
        grey = round(100 + self.lightness * request.control_scale)
        return Image.new("RGB", (request.width or 0, request.height or 0), (grey, grey, grey))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with modelrunner_scene(tmp_path) as scene:
        yield scene


@pytest.fixture
def request_(scene: Scene) -> ControlNet:
    image = scene.playground.files.put(encode(Image.new("RGB", (1600, 800), "navy"), "png"), "png")
    return ControlNet(prompt="a boat", image=image, count=3, control_scale=0.4, prompt_expansion=True)


def test_a_control_that_is_heeded_is_told_from_one_that_is_not(
    scene: Scene, caller: Caller, request_: ControlNet
) -> None:
    for lightness, works in ((0, False), (1, False), (60, True)):
        scene.world.artist = Heeding(lightness)
        effect = list(check_effect(scene.playground, caller, "modelrunner", request_))[-1]
        assert isinstance(effect, Effect)
        assert (effect.works, effect.difference) == (works, lightness)
        assert ("has no effect here" in str(effect)) is not works


def test_it_asks_for_two_small_plain_images_of_one_seed(scene: Scene, caller: Caller, request_: ControlNet) -> None:
    list(check_effect(scene.playground, caller, "modelrunner", request_))
    first, second = (one.body for one in scene.world.arrivals if one.operation == "modelrunner.submit")
    own = {"control_scale", "metadata", "image_url"}
    assert (first["control_scale"], second["control_scale"]) == (0, 1)
    assert {k: v for k, v in first.items() if k not in own} == {k: v for k, v in second.items() if k not in own}
    assert first["image_size"] == {"width": 512, "height": 256}
    assert (first["enable_prompt_expansion"], first["num_images"], first["control_end"]) == (False, 1, 1)


def test_its_price_is_said_before_and_is_what_is_billed(scene: Scene, caller: Caller, request_: ControlNet) -> None:
    said = effect_estimate(scene.playground, caller, scene.modelrunner, request_)
    list(check_effect(scene.playground, caller, "modelrunner", request_))
    assert said.likely is not None
    assert sum(scene.world.account.bills) == said.likely.quantize(scene.world.account.bills[0])


def test_a_first_image_that_fails_saves_the_second(scene: Scene, caller: Caller, request_: ControlNet) -> None:
    scene.world.faults.add(Fault(kind="fail", operation="modelrunner.submit"))
    last = list(check_effect(scene.playground, caller, "modelrunner", request_))[-1]
    assert isinstance(last, Failed)
    assert scene.world.count("modelrunner.submit") == 1
