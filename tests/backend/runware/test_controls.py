"""Control pictures: edges at no cost, depth and pose on a key of the visitor's own."""

from decimal import Decimal

import numpy as np
import pytest
from PIL import Image, ImageDraw
from pydantic import SecretStr

from backend.caller import Caller
from backend.encoding import encode
from backend.errors import Unsupported
from backend.request_parts import Control
from backend.requests import ControlNet
from backend.simulator.faults import Fault
from backend.simulator.world import KEY
from tests.backend.runware.scene import Scene


@pytest.fixture
def image(scene: Scene) -> str:
    picture = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(picture).rectangle((100, 50, 200, 150), fill="black")
    return scene.playground.files.put(encode(picture, "png"), "png")


def test_edges_are_shown_before_the_run_at_no_cost(scene: Scene, image: str) -> None:
    picture = scene.runware.control_picture(Control(image=image), Caller(visitor="visitor-1"))
    values = np.asarray(picture.convert("L"))
    assert picture.size == (300, 200)
    assert values[100, 100] == 255 or values[100, 99] == 255
    assert values[10, 10] == 0
    assert scene.world.arrivals == []


def test_a_map_of_ones_own_is_shown_as_it_is(scene: Scene, image: str) -> None:
    picture = scene.runware.control_picture(Control(image=image, preprocess="none"), Caller(visitor="visitor-1"))
    assert picture.getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize("preprocess", ["depth", "pose"])
def test_what_costs_money_is_not_shown_on_the_servers_key(scene: Scene, image: str, preprocess: str) -> None:
    with pytest.raises(Unsupported, match="key of your own"):
        scene.runware.control_picture(Control(image=image, preprocess=preprocess), Caller(visitor="visitor-1"))
    assert scene.world.arrivals == []


def test_on_a_key_of_ones_own_depth_is_shown_before_the_run(scene: Scene, image: str) -> None:
    caller = Caller(visitor="visitor-1", keys={"runware": SecretStr(KEY)})
    picture = scene.runware.control_picture(Control(image=image, preprocess="depth"), caller)
    assert picture.size == (300, 200)
    assert scene.world.account.bills == [Decimal("0.0006")]


def test_a_control_picture_that_was_paid_for_is_not_called_unbilled(scene: Scene, image: str) -> None:
    scene.world.faults.add(Fault(kind="status", operation="runware.imageInference", status=400, code="invalidModel"))
    _, run = scene.draw(ControlNet(prompt="a box", image=image, preprocess="pose", seed=1))
    assert (run.status, run.billed, run.cost_usd) == ("failed", "yes", None)
    assert scene.world.account.bills == [Decimal("0.0006")]


def test_a_control_picture_that_is_refused_ends_the_run_unbilled(scene: Scene, image: str) -> None:
    scene.world.faults.add(Fault(kind="status", operation="runware.controlNetPreprocess", status=402))
    _, run = scene.draw(ControlNet(prompt="a box", image=image, preprocess="depth", seed=1))
    assert (run.status, run.billed, scene.world.account.bills) == ("failed", "no", [])


def test_the_result_has_the_control_images_own_size(scene: Scene, image: str) -> None:
    _, run = scene.draw(ControlNet(prompt="a box", image=image, seed=1))
    assert (run.images[0].width, run.images[0].height) == (304, 192)
