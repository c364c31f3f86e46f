"""The programs for the providers' own clients, run with these clients against the simulator."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from backend.caller import Caller
from backend.encoding import encode
from backend.exchanges import Exchange
from backend.export.http_code import python_code
from backend.export.sdk_code import modelrunner_code, runware_code
from backend.generate import generate
from backend.playground import Playground
from backend.requests import Request, parse_request
from backend.runs.exchanges import load_exchanges
from backend.simulator.world import KEY
from tests.backend.modelrunner.scene import KEY as MODELRUNNER_KEY
from tests.backend.modelrunner.scene import Scene as ModelRunnerScene
from tests.backend.modelrunner.scene import modelrunner_scene
from tests.backend.runware.conftest import Scene, scene

__all__ = ["scene"]

PACKAGES = {"runware": "runware-sdk==1.8.0", "modelrunner": "modelrunner-ai==0.6.0"}
PICTURE = encode(Image.linear_gradient("L").convert("RGB"), "png")


@pytest.fixture(scope="session")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return what installs a provider's client into a folder of its own, once."""
    root = tmp_path_factory.mktemp("clients")

    def install(name: str) -> Path:
        target = root / name
        if not target.exists():
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target), PACKAGES[name]]
            subprocess.run(command, check=True, timeout=240)
        return target

    return install


@pytest.fixture
def modelrunner(tmp_path: Path) -> Iterator[ModelRunnerScene]:
    with modelrunner_scene(tmp_path) as scene:
        yield scene


def paid(playground: Playground, backend: str, request: Request) -> Exchange:
    *_, last = generate(playground, Caller("visitor-1"), backend, request)
    run_id = last.run.id  # type: ignore[union-attr]
    (exchange,) = [one for one in load_exchanges(playground.store.engine, run_id) if one.pays]
    return exchange


def controlled(scene: ModelRunnerScene) -> Exchange:
    image = scene.playground.files.put(PICTURE, "png")
    request = parse_request({"mode": "controlnet", "prompt": "a lighthouse", "image": image, "seed": 7})
    return paid(scene.playground, "modelrunner", request)


def run_program(program: str, folder: Path, library: Path | None = None) -> str:
    (folder / "again.py").write_text(program)
    (folder / "image-1.png").write_bytes(PICTURE)
    place = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "RUNWARE_API_KEY": KEY,
        "MODELRUNNER_KEY": MODELRUNNER_KEY,
    }
    if library:
        place["PYTHONPATH"] = str(library)
    command = [sys.executable, "again.py"]
    done = subprocess.run(command, cwd=folder, env=place, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_plain_program_waits_in_modelrunners_queue(modelrunner: ModelRunnerScene, tmp_path: Path) -> None:
    program = python_code(controlled(modelrunner), "modelrunner")
    assert "metadata" not in program
    assert MODELRUNNER_KEY not in program
    assert '"status":"COMPLETED"' in run_program(program, tmp_path).replace(" ", "")


@pytest.mark.system
@pytest.mark.parametrize("mode", ["text_to_image", "image_to_image"])
def test_runwares_own_client_makes_the_run_again(
    scene: Scene, tmp_path: Path, clients: Callable[[str], Path], mode: str
) -> None:
    image = scene.playground.files.put(PICTURE, "png")
    values = {"mode": mode, "prompt": "a fox", "seed": 7, "width": 512, "height": 512}
    values |= {"image": image} if mode == "image_to_image" else {}
    program = runware_code(paid(scene.playground, "runware", parse_request(values)))
    assert KEY not in program
    assert "'seed': 7" in run_program(program, tmp_path, clients("runware"))


@pytest.mark.system
def test_modelrunners_own_client_makes_the_run_again(
    modelrunner: ModelRunnerScene, tmp_path: Path, clients: Callable[[str], Path]
) -> None:
    program = modelrunner_code(controlled(modelrunner))
    assert "'status': 'COMPLETED'" in run_program(program, tmp_path, clients("modelrunner"))


def test_a_program_for_the_real_service_names_no_address() -> None:
    sent = [{"taskUUID": "x", "positivePrompt": "a fox"}]
    program = runware_code(Exchange("POST", "https://api.runware.ai/v1", "Bearer", sent, 200, None, pays=True))
    assert "http_base_url" not in program
    assert "taskUUID" not in program
    compile(program, "again.py", "exec")
