"""The program for this playground's own API, read by Python and run against a served page."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backend.domain.caller import Caller
from backend.domain.events import Finished
from backend.domain.requests import parse_request
from backend.export.client_code import client_code
from backend.generation.generate import generate
from backend.images.encoding import encode
from backend.prompts.grammar import escaped, parse
from tests.backend.adapters.provider.programs.running import PROMPT, pixels, run_in
from tests.serving import Site, served_site

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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served_site(tmp_path_factory.mktemp("data")) as site:
        yield site


@pytest.mark.parametrize(
    "values",
    [
        {
            "mode": "text_to_image",
            "prompt": PROMPT,
            "seed": 2**62,
            "count": 2,
            "guidance": 3.0,
            "width": 128,
            "height": 128,
        }
        | {"negative_prompt": "{red|blue} __animals__ \\{", "accelerator": {"tea_cache": True}},
        {"mode": "inpaint", "prompt": "a {red|blue} __animal__", "seed": 7, "controls": [{"scale": 0.5}]},
    ],
)
def test_the_program_draws_the_runs_pictures(site: Site, tmp_path: Path, values: dict[str, Any]) -> None:
    files = {name: encode(Image.new("RGB", (128, 128), name), "png") for name in ("red", "white", "blue")}
    refs = {name: site.playground.files.put(content, "png") for name, content in files.items()}
    for name, file in (("red", "image.png"), ("white", "mask.png"), ("blue", "control-1.png")):
        (tmp_path / file).write_bytes(files[name])
    given = dict(values)
    if given["mode"] == "inpaint":
        given |= {"image": refs["red"], "mask": refs["white"]}
        given["controls"] = [{"image": refs["blue"], **control} for control in values["controls"]]
    *_, last = generate(site.playground, Caller("visitor-1"), "fake", parse_request(given))
    assert isinstance(last, Finished)
    (tmp_path / "again.py").write_text(client_code(last.run.request, "fake", site.address), encoding="utf-8")
    done = run_in(tmp_path, (sys.executable, "again.py"), {"TMPDIR": str(tmp_path), "HF_HUB_OFFLINE": "1"})
    assert done.code == 0, done.said
    saved = [Path(line) for line in done.said.splitlines() if line.endswith(".png")]
    wanted = [pixels(site.playground.files.path(image.sha256)) for image in last.run.images]
    assert len(saved) == len(wanted)
    assert all(np.array_equal(pixels(one), other) for one, other in zip(saved, wanted, strict=True))


@pytest.mark.parametrize(
    "words", ["", "a fox", "{a|b}", "{plain} braces", "\\{a|b\\}", "2{3$$x|y}", "__dogs__", "a\\b", "{" * 40]
)
def test_escaped_words_are_read_as_themselves(words: str) -> None:
    assert "".join(str(piece) for piece in parse(escaped(words))) == words
    if words in ("", "a fox", "a\\b"):
        assert escaped(words) == words
