"""Our client's program is read by Python; diffusers' program is run with the embedded model."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from backend.errors import Unsupported
from backend.export.client_code import client_code
from backend.export.diffusers_code import diffusers_code
from backend.requests import parse_request

TINY = Path(__file__).parents[3] / "presets" / "tiny"
REQUEST = {"mode": "text_to_image", "prompt": 'a "red" circle\n雪', "seed": 2**62, "steps": 2, "shift": 4.0}


def keywords(program: str) -> dict[str, object]:
    calls = [node for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Call)]
    (call,) = [node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == "predict"]
    plain = [entry for entry in call.keywords if entry.arg and not isinstance(entry.value, ast.Call | ast.List)]
    return {str(entry.arg): ast.literal_eval(entry.value) for entry in plain}


def test_our_clients_program_says_all_that_differs_from_the_defaults() -> None:
    request = parse_request(REQUEST | {"options": {"seconds": 0.5}, "safety": True})
    assert keywords(client_code(request, "local", "http://127.0.0.1:7860")) == {
        "prompt": REQUEST["prompt"],
        "backend": "local",
        "seed": str(2**62),
        "steps": 2,
        "shift": 4.0,
        "safety": True,
        "options": {"seconds": 0.5},
        "api_name": "/text_to_image",
    }


def test_our_clients_program_names_its_images() -> None:
    control = {"image": "3" * 64, "scale": 0.5}
    values = {"mode": "inpaint", "prompt": "a fox", "image": "1" * 64, "mask": "2" * 64, "controls": [control]}
    program = client_code(parse_request(values), "runware", "https://x.example")
    for name in ("image.png", "mask.png", "control-1.png"):
        assert f'handle_file("{name}")' in program
    assert "1" * 64 not in program
    ast.parse(program)


def test_what_plain_diffusers_cannot_do_is_said() -> None:
    outpaint = {"mode": "outpaint", "prompt": "a fox", "image": "1" * 64, "left": 64}
    for values in (REQUEST | {"scheduler": "Heun"}, REQUEST | {"loras": [{"model": "x"}]}, outpaint):
        with pytest.raises(Unsupported, match="this playground's own API"):
            diffusers_code(parse_request(values), size=(128, 128), seed=1)


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("mode", ["text_to_image", "image_to_image"])
def test_the_diffusers_program_draws(mode: str, tmp_path: Path) -> None:
    request = parse_request(REQUEST | {"mode": mode} | ({"image": "1" * 64} if mode == "image_to_image" else {}))
    program = diffusers_code(request, size=(128, 96), seed=5, model=str(TINY))
    (tmp_path / "again.py").write_text(program)
    Image.new("RGB", (60, 60), "red").save(tmp_path / "image.png")
    done = subprocess.run([sys.executable, "again.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    with Image.open(tmp_path / "image.png") as picture:
        assert picture.size == (128, 96)
