"""The programs for the providers' own clients, run with these clients against the simulator."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from backend.adapters.modelrunner.programs.sdk_code import sdk_code as of_modelrunner
from backend.adapters.provider.programs.orders import Orders
from backend.adapters.runware.programs.sdk_code import RUNWARE_URL
from backend.adapters.runware.programs.sdk_code import sdk_code as of_runware
from backend.domain.caller import Caller
from backend.domain.events import Finished
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.generation.generate import generate
from backend.images.encoding import encode
from backend.playground import Playground
from backend.simulator.faults import Fault
from backend.simulator.world import KEY
from tests.backend.adapters.modelrunner.scene import KEY as MODELRUNNER_KEY
from tests.backend.adapters.modelrunner.scene import Scene as ModelRunnerScene
from tests.backend.adapters.modelrunner.scene import modelrunner_scene
from tests.backend.adapters.provider.programs.running import PROMPT, Done, assert_draws, lay_out_images, ordered, run_in
from tests.backend.adapters.runware.conftest import Scene, scene
from tests.backend.adapters.runware.scene import INFER
from tests.clients.environments import libraries_of

__all__ = ["scene"]

PICTURE = encode(Image.linear_gradient("L").resize((128, 128)).convert("RGB"), "png")
SUBMIT = "modelrunner.submit"


@pytest.fixture
def modelrunner(tmp_path: Path) -> Iterator[ModelRunnerScene]:
    with modelrunner_scene(tmp_path) as scene:
        yield scene


def sdk_code(orders: Orders) -> str:
    return {"runware": of_runware, "modelrunner": of_modelrunner}[orders.provider](orders)


def drawn(playground: Playground, backend: str, **values: Any) -> Run:
    given = {"prompt": PROMPT, "seed": 7, "width": 128, "height": 128} | values
    *_, last = generate(playground, Caller("visitor-1"), backend, parse_request(given))
    assert isinstance(last, Finished), last
    return last.run


def run_program(orders: Orders, folder: Path, client: str, key: str) -> Done:
    place = folder / "program"
    place.mkdir()
    program = sdk_code(orders)
    assert key not in program
    (place / "again.py").write_text(program, encoding="utf-8")
    for image in folder.glob("image-*"):
        (place / image.name).write_bytes(image.read_bytes())
    more = {orders.variable: key, "PYTHONPATH": str(libraries_of(client))}
    return run_in(place, (sys.executable, "again.py"), more)


@pytest.mark.system
@pytest.mark.parametrize(
    "values",
    [
        {"mode": "text_to_image", "count": 2, "seed": 2**60},
        {"mode": "image_to_image", "strength": 0.5},
        {"mode": "text_to_image", "options": {"output_type": "base64Data"}},
    ],
)
def test_runwares_own_client_draws_the_runs_pictures(scene: Scene, tmp_path: Path, values: dict[str, Any]) -> None:
    image = {"image": scene.playground.files.put(PICTURE, "png")} if values["mode"] == "image_to_image" else {}
    run = drawn(scene.playground, "runware", **values, **image)
    lay_out_images(tmp_path, [one.body for one in scene.world.arrivals if one.operation == INFER])
    done = run_program(ordered(scene.playground, run), tmp_path, "runware", KEY)
    assert_draws(done, scene.playground, run)


@pytest.mark.system
def test_modelrunners_own_client_draws_the_runs_pictures(modelrunner: ModelRunnerScene, tmp_path: Path) -> None:
    image = modelrunner.playground.files.put(PICTURE, "png")
    run = drawn(modelrunner.playground, "modelrunner", mode="controlnet", image=image, count=2)
    done = run_program(ordered(modelrunner.playground, run), tmp_path, "modelrunner", MODELRUNNER_KEY)
    assert_draws(done, modelrunner.playground, run)
    assert modelrunner.world.count(SUBMIT) == 4


@pytest.mark.system
@pytest.mark.parametrize(("kind", "orders"), [("drop_after", 1), ("fail", 1)])
def test_modelrunners_own_client_orders_once_whatever_comes(
    modelrunner: ModelRunnerScene, tmp_path: Path, kind: str, orders: int
) -> None:
    image = modelrunner.playground.files.put(PICTURE, "png")
    run = drawn(modelrunner.playground, "modelrunner", mode="controlnet", image=image)
    modelrunner.world.faults.add(Fault(kind=kind, operation=SUBMIT))
    done = run_program(ordered(modelrunner.playground, run), tmp_path, "modelrunner", MODELRUNNER_KEY)
    assert (done.code, done.pictures()) == (1, [])
    assert modelrunner.world.count(SUBMIT) == 1 + orders


def test_a_program_for_the_real_service_names_no_address_and_an_environment_of_its_own() -> None:
    tasks = [{"taskType": "imageInference", "taskUUID": "x", "positivePrompt": "a fox"}]
    program = sdk_code(Orders(provider="runware", url=RUNWARE_URL, scheme="Bearer", bodies=(tasks,)))
    assert "http_base_url" not in program
    assert "taskUUID" not in program
    assert "python -m venv sdk && sdk/bin/pip install" in program
    assert "the older package `runware` is a module of the same name" in program
    compile(program, "again.py", "exec")


def test_modelrunners_program_for_the_real_service_names_no_address() -> None:
    url = "https://queue.modelrunner.run/tongyi-mai/z-image/turbo/controlnet"
    program = sdk_code(Orders(provider="modelrunner", url=url, scheme="Key", bodies=({"prompt": "a fox"},)))
    assert "QUEUE_URL_FORMAT" not in program
    assert 'submit("tongyi-mai/z-image/turbo/controlnet"' in program
    compile(program, "again.py", "exec")
