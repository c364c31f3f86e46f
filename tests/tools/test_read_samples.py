"""The tool that reads a folder of pictures and compares them with what is right."""

import json
from pathlib import Path

import pytest
from PIL import Image

from backend.domain.requests import parse_request
from backend.images.encoding import encode
from backend.images.metadata.request_text import embed
from tests.backend.restore.comfyui.graphs import PROMPT, SEED, graph
from tests.backend.restore.files import png, with_texts
from tools.read_samples import main

BASE = "a (fox:1.2),\nin snow\nSteps: 30, CFG scale: 4, Seed: 5, Size: 512x768, Model: z_image_bf16"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "comfyui").mkdir()
    (tmp_path / "comfyui" / "graph.png").write_bytes(with_texts({"prompt": graph()}))
    (tmp_path / "base.PNG").write_bytes(png(parameters=BASE))
    (tmp_path / "empty.png").write_bytes(png())
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "empty.json").write_text(json.dumps({"nodes": [], "links": []}))  # a workflow says nothing of it
    asked = parse_request({"mode": "text_to_image", "prompt": "a boat", "seed": 7})
    own = embed(encode(Image.new("RGB", (64, 64)), "png"), "png", asked, 7, "local")
    (tmp_path / "own.png").write_bytes(own)
    return tmp_path


def right(folder: Path, name: str, **values: object) -> None:
    (folder / name).write_text(json.dumps(values))


def test_every_picture_is_read_and_what_is_right_is_compared(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right(folder / "comfyui", "graph.json", prompt=PROMPT, seed=SEED, negative_prompt=None)
    right(folder, "base.json", prompt="a fox, in snow", steps=30, guidance="4.0", width=512)  # before tuning is left
    right(folder, "own.json", prompt="a boat", seed=7)
    assert main([str(folder)]) == 0
    said = capsys.readouterr().out
    assert "ok    comfyui/graph.png: ComfyUI" in said
    assert "empty.png: no settings" in said
    assert "4 files, 3 of 3 compared are right" in said
    assert "notes.txt" not in said


def test_what_differs_is_printed_and_the_tool_ends_with_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right(folder, "expected.json", **{"comfyui/graph.png": {"seed": 8, "steps": 9}, "empty.png": {"seed": 1}})
    assert main([str(folder)]) == 1
    said = capsys.readouterr().out
    assert "WRONG comfyui/graph.png" in said
    assert f"seed: read {SEED}, right is 8" in said
    assert "steps: read" not in said
    assert "4 files, 0 of 2 compared are right" in said


def test_an_empty_folder_is_nothing_wrong(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 0
