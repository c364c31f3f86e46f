"""The page's API with ModelRunner behind it, which is the simulator."""

from collections.abc import Iterator
from typing import Any

import pytest
from gradio_client.exceptions import AppError

from backend.simulator.faults import Fault
from tests.backend.adapters.modelrunner.scene import KEY, Scene, modelrunner_scene
from tests.serving import free_port
from tests.ui.scripting import Served, scripted


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served[Scene]]:
    with (
        modelrunner_scene(tmp_path_factory.mktemp("scene"), GRADIO_SERVER_PORT=free_port()) as scene,
        scripted(scene, tmp_path_factory.mktemp("downloads")) as served,
    ):
        yield served


@pytest.mark.parametrize("preprocess", ["canny", "depth", "pose", "none"])
def test_a_script_gets_the_seeds_and_the_bill_of_each_image(
    served: Served[Scene], picture: Any, preprocess: str
) -> None:
    images, run = served.client.predict(
        prompt="a red fox", image=picture, preprocess=preprocess, seed=7, count=2, api_name="/controlnet"
    )
    assert len(images) == 2
    assert (run["backend"], run["cost_kind"], run["seeds"]) == ("modelrunner", "billed", [7, 8])
    assert [image["cost_usd"] for image in run["images"]] == [0.000426, 0.000426]
    assert run["cost_usd"] == 0.000852


def test_a_bill_that_nobody_says_is_null_and_not_zero(served: Served[Scene], picture: Any) -> None:
    served.scene.world.faults.add(Fault(kind="price_absent", operation="modelrunner.submit"))
    _, run = served.client.predict(prompt="a red fox", image=picture, seed=7, api_name="/controlnet")
    assert (run["cost_usd"], run["cost_kind"]) == (None, "unknown")
    assert run["estimate_usd"] > 0


def test_a_failure_says_what_happened_and_that_it_was_not_billed(served: Served[Scene], picture: Any) -> None:
    served.scene.world.faults.add(Fault(kind="fail", operation="modelrunner.submit"))
    with pytest.raises(AppError, match="The upstream model returned no output") as caught:
        served.client.predict(prompt="a red fox", image=picture, seed=7, api_name="/controlnet")
    assert "Nothing was billed" in str(caught.value)


def test_another_mode_is_refused_before_anything_is_sent(served: Served[Scene]) -> None:
    before = len(served.scene.world.arrivals)
    with pytest.raises(AppError, match="does ControlNet"):
        served.client.predict(prompt="a red fox", api_name="/text_to_image")
    assert len(served.scene.world.arrivals) == before


def test_thresholds_that_the_run_would_not_follow_are_refused_for_the_map_too(
    served: Served[Scene], picture: Any
) -> None:
    with pytest.raises(AppError, match="`low_threshold`: ModelRunner finds edges its own way"):
        served.client.predict(picture, low_threshold=20, api_name="/control_map")
    assert served.client.predict(picture, low_threshold=100, api_name="/control_map")


def test_the_key_is_nowhere_in_the_page(served: Served[Scene]) -> None:
    assert KEY not in repr(served.client.config)
