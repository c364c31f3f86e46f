"""A run at a server of OpenAI's form as programs: they say what was ordered, order it once, and hold no key."""

import ast
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from backend.export.programs import programs
from backend.record.exchange_log import load_exchanges
from backend.simulator.faults import Fault
from backend.simulator.world import KEY
from tests.backend.adapters.openai.scene import EDIT, MAKE, Scene, fox

NAMES = ["Python, with openai", "JavaScript, with openai", "curl"]


def written(scene: Scene, request: object, **given: object) -> dict[str, str]:
    _, run = scene.draw(request)  # type: ignore[arg-type]
    exchanges = load_exchanges(scene.playground.store.engine, run.id)
    backend = given.get("backend", scene.backend)
    return dict(programs(run, run.images[0], exchanges, backend=backend, address="http://127.0.0.1:7860"))  # type: ignore[arg-type]


def test_what_was_ordered_is_written_for_openais_clients_and_curl(scene: Scene) -> None:
    found = written(scene, fox(count=2, negative_prompt='it\'s "rain"\n`$x`'))
    assert list(found)[-3:] == NAMES
    python = found["Python, with openai"]
    ast.parse(python)
    assert f'OpenAI(base_url="{scene.address}/v1", api_key=os.environ.get("PLAYGROUND_OPENAI_API_KEY")' in python
    assert python.count('"extra_body": {') == 2
    assert "max_retries=0" in python
    assert "client.images.generate(**order)" in python
    assert "maxRetries: 0" in found["JavaScript, with openai"]
    assert all(KEY not in found[name] for name in NAMES)


def test_a_masked_one_reads_its_pictures_from_files_and_says_which(scene: Scene) -> None:
    found = written(scene, scene.inpainted())
    for name in NAMES:
        assert "image.png: the image at 128x128" in found[name]
        assert "mask.png: the same image, transparent where it is painted anew" in found[name]
        assert "the playground puts what the mask keeps back into it" in found[name]
    ast.parse(found["Python, with openai"])
    assert "client.images.edit(**order, **files)" in found["Python, with openai"]


def test_a_server_that_is_gone_still_has_its_programs(scene: Scene) -> None:
    assert list(written(scene, fox(), backend=None))[-3:] == NAMES


def test_what_the_server_refused_by_name_is_not_in_them(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="unknown_parameter", code="seed", operation=MAKE))
    python = written(scene, fox())["Python, with openai"]
    (orders,) = (node for node in ast.walk(ast.parse(python)) if isinstance(node, ast.Assign) and _is_orders(node))
    (order,) = ast.literal_eval(orders.value)
    assert "seed" not in order["extra_body"]


def _is_orders(node: ast.Assign) -> bool:
    return isinstance(node.targets[0], ast.Name) and node.targets[0].id == "ORDERS"


@pytest.mark.system
def test_the_script_on_curl_orders_the_same_pictures_once(scene: Scene, tmp_path: Path) -> None:
    found = written(scene, fox(count=2))
    before = len(scene.world.account.bills)
    made = ran(scene, tmp_path, found["curl"])
    assert made.split() == ["picture-1.png", "picture-2.png"]
    bodies = [each.body for each in scene.world.arrivals if each.operation == MAKE]
    assert bodies[:2] == bodies[2:]
    assert len(scene.world.account.bills) == before + 2


@pytest.mark.system
def test_the_script_on_curl_sends_pictures_as_files(scene: Scene, tmp_path: Path) -> None:
    found = written(scene, scene.redrawn())
    shutil.copy(scene.playground.files.path(scene.picture()), tmp_path / "image.png")
    assert ran(scene, tmp_path, found["curl"]).split() == ["picture-1.png"]
    first, second = [each.body for each in scene.world.arrivals if each.operation == EDIT]
    assert {**first, "image": 0} == {**second, "image": 0}


def ran(scene: Scene, folder: Path, script: str) -> str:
    environment = {"PATH": os.environ["PATH"], "PLAYGROUND_OPENAI_API_KEY": KEY, "NO_PROXY": "*"}
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_seed_beyond_what_javascript_counts_to_keeps_its_digits(scene: Scene) -> None:
    found = written(scene, fox(seed=2**60))
    assert f'"seed": "{2**60}"' in found["JavaScript, with openai"]
    assert json.dumps(2**60) in found["curl"]
