"""The page's API with ModelRunner behind it, which is the simulator."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from app import serve
from backend.simulator.faults import Fault
from tests.backend.modelrunner.scene import KEY, Scene, modelrunner_scene
from tests.serving import free_port


@dataclass(frozen=True)
class Served:
    """A playground on ModelRunner, and a script's client of it."""

    scene: Scene
    client: Client


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with modelrunner_scene(tmp_path_factory.mktemp("scene"), GRADIO_SERVER_PORT=free_port()) as scene:
        page, address = serve(scene.playground)
        client = Client(address, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))
        yield Served(scene, client)
        page.close()


@pytest.fixture
def picture(tmp_path: Path) -> Any:
    Image.linear_gradient("L").convert("RGB").save(tmp_path / "picture.png")
    return handle_file(tmp_path / "picture.png")


@pytest.mark.parametrize("preprocess", ["canny", "depth", "pose", "none"])
def test_a_script_gets_the_seeds_and_the_bill_of_each_image(served: Served, picture: Any, preprocess: str) -> None:
    images, run = served.client.predict(
        prompt="a red fox", image=picture, preprocess=preprocess, seed=7, count=2, api_name="/controlnet"
    )
    assert len(images) == 2
    assert (run["backend"], run["cost_kind"], run["seeds"]) == ("modelrunner", "billed", [7, 8])
    assert [image["cost_usd"] for image in run["images"]] == [0.000426, 0.000426]
    assert run["cost_usd"] == 0.000852


def test_a_bill_that_nobody_says_is_null_and_not_zero(served: Served, picture: Any) -> None:
    served.scene.world.faults.add(Fault(kind="price_absent", operation="modelrunner.submit"))
    _, run = served.client.predict(prompt="a red fox", image=picture, seed=7, api_name="/controlnet")
    assert (run["cost_usd"], run["cost_kind"]) == (None, "unknown")
    assert run["estimate_usd"] > 0


def test_a_failure_says_what_happened_and_that_it_was_not_billed(served: Served, picture: Any) -> None:
    served.scene.world.faults.add(Fault(kind="fail", operation="modelrunner.submit"))
    with pytest.raises(AppError, match="The upstream model returned no output") as caught:
        served.client.predict(prompt="a red fox", image=picture, seed=7, api_name="/controlnet")
    assert "Nothing was billed" in str(caught.value)


def test_another_mode_is_refused_before_anything_is_sent(served: Served) -> None:
    before = len(served.scene.world.arrivals)
    with pytest.raises(AppError, match="does controlnet"):
        served.client.predict(prompt="a red fox", api_name="/text_to_image")
    assert len(served.scene.world.arrivals) == before


def test_the_key_is_nowhere_in_the_page(served: Served) -> None:
    assert KEY not in repr(served.client.config)
