"""The programs are run: against the simulator, with the key in their environment alone."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backend.exchanges import Exchange
from backend.export.http_code import curl_code, javascript_code, provider_of, python_code
from backend.requests import Request, parse_request
from backend.runs.exchanges import load_exchanges
from backend.simulator.world import KEY
from tests.backend.runware.conftest import Scene, scene

__all__ = ["scene"]

PROMPT = "a \"fox\" who said 'hi' $HOME\n雪"


def paid(scene: Scene, request: Request) -> Exchange:
    _, run = scene.draw(request)
    (exchange,) = [one for one in load_exchanges(scene.playground.store.engine, run.id) if one.pays]
    return exchange


def an_image(scene: Scene) -> str:
    _, run = scene.draw(parse_request({"mode": "text_to_image", "prompt": "a cat", "width": 512, "height": 512}))
    return run.images[0].sha256


def run_program(command: list[str], folder: Path) -> str:
    environment = {"PATH": os.environ["PATH"], "RUNWARE_API_KEY": KEY, "HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def asked(scene: Scene, **values: object) -> Request:
    given = {"mode": "text_to_image", "prompt": PROMPT, "seed": 7, "width": 512, "height": 512}
    return parse_request(given | values)


def test_what_was_sent_and_received_is_kept_without_the_key(scene: Scene) -> None:
    exchange = paid(scene, asked(scene))
    assert (exchange.method, exchange.status, exchange.scheme) == ("POST", 200, "Bearer")
    assert exchange.sent[0]["positivePrompt"] == PROMPT.strip()  # type: ignore[index,call-overload]
    assert "cost" in json.dumps(exchange.received)
    assert KEY not in repr(exchange)
    assert provider_of(exchange) == scene.address.removeprefix("http://")


def test_the_python_program_makes_the_run_again(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "again.py").write_text(python_code(paid(scene, asked(scene)), "runware"))
    said = run_program([sys.executable, "again.py"], tmp_path)
    assert said.startswith("200 ")
    assert json.loads(said[4:])["data"][0]["seed"] == 7


def test_the_python_program_sends_its_images_from_files(scene: Scene, tmp_path: Path) -> None:
    image = an_image(scene)
    request = parse_request({"mode": "image_to_image", "prompt": "a fox", "image": image, "seed": 7})
    program = python_code(paid(scene, request), "runware")
    assert 'data_uri("image-1.png")' in program
    (tmp_path / "again.py").write_text(program)
    shutil.copy(scene.playground.files.path(image), tmp_path / "image-1.png")
    assert run_program([sys.executable, "again.py"], tmp_path).startswith("200 ")


@pytest.mark.system
def test_the_curl_command_makes_the_run_again(scene: Scene, tmp_path: Path) -> None:
    command = curl_code(paid(scene, asked(scene)), "runware")
    assert KEY not in command
    said = run_program(["sh", "-c", "curl -s" + command.removeprefix("curl")], tmp_path)
    assert json.loads(said)["data"][0]["seed"] == 7


@pytest.mark.system
def test_the_javascript_module_makes_the_run_again(scene: Scene, tmp_path: Path) -> None:
    image = an_image(scene)
    request = parse_request({"mode": "image_to_image", "prompt": PROMPT, "image": image, "seed": 7})
    (tmp_path / "again.mjs").write_text(javascript_code(paid(scene, request), "runware"))
    shutil.copy(scene.playground.files.path(image), tmp_path / "image-1.png")
    assert run_program(["node", "again.mjs"], tmp_path).startswith("200 ")


def test_a_run_on_this_machine_has_no_exchange(scene: Scene) -> None:
    assert load_exchanges(scene.playground.store.engine, "0" * 32) == []
