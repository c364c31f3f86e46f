"""The page and its API with Runware behind them, which is the simulator."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from backend.simulator.faults import Fault
from tests.backend.adapters.runware.scene import Scene, runware_scene
from tests.serving import free_port
from tests.ui.scripting import Served, scripted

WORDS = "a red fox"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served[Scene]]:
    with (
        runware_scene(tmp_path_factory.mktemp("data"), GRADIO_SERVER_PORT=free_port()) as scene,
        scripted(scene, tmp_path_factory.mktemp("downloads")) as served,
    ):
        yield served


@pytest.fixture
def mask(tmp_path: Path) -> Any:
    mask = Image.new("RGB", (256, 256))
    mask.paste("white", (64, 64, 192, 192))
    mask.save(tmp_path / "mask.png")
    return handle_file(tmp_path / "mask.png")


def test_a_script_gets_the_bill_and_not_the_estimate(served: Served[Scene]) -> None:
    images, run = served.client.predict(prompt=WORDS, width=256, height=256, seed=7, count=2, api_name="/text_to_image")
    assert len(images) == 2
    assert (run["backend"], run["cost_kind"], run["cost_usd"]) == ("runware", "billed", 0.0012)
    assert run["seeds"] == [7, 8]
    assert [image["cost_usd"] for image in run["images"]] == [0.0006, 0.0006]


@pytest.mark.parametrize(
    ("mode", "values", "size"),
    [
        ("image_to_image", {"strength": 0.5}, (256, 256)),
        ("outpaint", {"left": 40}, (296, 256)),
        ("controlnet", {"preprocess": "canny"}, (256, 256)),
        ("controlnet", {"preprocess": "pose"}, (256, 256)),
    ],
)
def test_every_mode_with_a_picture_is_drawn(
    served: Served[Scene], picture: Any, mode: str, values: dict[str, Any], size: tuple[int, int]
) -> None:
    (path,), run = served.client.predict(prompt=WORDS, image=picture, seed=7, **values, api_name=f"/{mode}")
    with Image.open(path) as image:
        assert image.size == size
    assert run["cost_kind"] == "billed"


def test_a_part_is_painted_anew(served: Served[Scene], picture: Any, mask: Any) -> None:
    (path,), _ = served.client.predict(prompt=WORDS, image=picture, mask=mask, seed=7, api_name="/inpaint")
    with Image.open(path) as image:
        assert image.getpixel((10, 200)) == (200, 200, 200)
        assert image.getpixel((128, 128)) != (128, 128, 128)


def test_a_map_that_is_not_to_be_bought_is_refused_with_its_price(served: Served[Scene], picture: Any) -> None:
    before = len(served.scene.world.arrivals)
    with pytest.raises(AppError, match=r"`buy`: is off, and Runware takes ≈ \$0\.0006"):
        served.client.predict(image=picture, preprocess="depth", api_name="/control_map")
    assert len(served.scene.world.arrivals) == before


def test_runwares_own_options_travel(served: Served[Scene]) -> None:
    served.client.predict(
        prompt=WORDS, width=128, height=128, options={"ttl": 3600, "delivery": "async"}, api_name="/text_to_image"
    )
    task = [one.body for one in served.scene.world.arrivals if one.operation == "runware.imageInference"][-1]
    assert (task["ttl"], task["deliveryMethod"]) == (3600, "async")


def test_an_estimate_costs_nothing_and_has_a_range(served: Served[Scene]) -> None:
    before = len(served.scene.world.arrivals)
    estimate = served.client.predict(prompt=WORDS, width=1024, height=1024, count=2, api_name="/estimate")
    assert 0 < estimate["low_usd"] < estimate["likely_usd"] == 0.0052 < estimate["high_usd"]
    assert len(served.scene.world.arrivals) == before


def test_an_empty_account_is_told_in_words(served: Served[Scene]) -> None:
    fault = Fault(kind="status", operation="runware.imageInference", status=402)
    served.scene.world.faults.add(fault)
    with pytest.raises(AppError, match=r"top it up at my\.runware\.ai"):
        served.client.predict(prompt=WORDS, width=128, height=128, api_name="/text_to_image")


def test_the_backends_list_says_what_runware_can_and_lacks(served: Served[Scene]) -> None:
    (runware,) = served.client.predict(api_name="/backends")
    assert runware["name"] == "runware"
    assert "shift" in str(runware)
