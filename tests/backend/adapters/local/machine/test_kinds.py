"""What is said of a checkpoint's kind, and of requests that are made for another one."""

import json
from pathlib import Path

import pytest

from backend.adapters.local.machine.checkpoint import EMBEDDED_MODEL, Checkpoint
from backend.adapters.local.machine.kinds import advice, profile_at, remarks
from backend.domain.requests import TextToImage


def checkpoint(folder: Path, name: str, shift: object) -> Checkpoint:
    (folder / "scheduler").mkdir(parents=True)
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps({"shift": shift}), "utf-8")
    return Checkpoint(name, folder)


def request(**values: object) -> TextToImage:
    return TextToImage.model_validate({"prompt": "a fox"} | values)


@pytest.fixture
def base(tmp_path: Path) -> Checkpoint:
    return checkpoint(tmp_path, "anime", 6.0)


def test_a_folders_scheduler_file_says_what_it_is(base: Checkpoint) -> None:
    assert profile_at(base).name == "base"
    assert advice(profile_at(base)).startswith("Drawn as Z-Image: 28–50 steps, a guidance of 3–5")


@pytest.mark.parametrize("shift", ["six", None, 0, 900, True, [6]])
def test_a_scheduler_file_without_a_shift_that_can_be_one_says_nothing(tmp_path: Path, shift: object) -> None:
    assert profile_at(checkpoint(tmp_path, "mine", shift)).shift == 3


def test_what_the_base_model_is_not_made_for_is_said(base: Checkpoint) -> None:
    unfinished, vague = remarks(base, request())
    assert "8 steps leave pictures of Z-Image unfinished: it is made for 28–50" in unfinished
    assert "Guidance is off, and Z-Image is made for 3–5" in vague
    assert not list(remarks(base, request(steps=30, guidance=4)))


def test_a_distil_lora_on_the_base_model_wants_its_own_few_steps(base: Checkpoint) -> None:
    lora = {"model": "Z-Image-Fun-Lora-Distill-4-Steps-2603.safetensors", "weight": 0.8}
    assert not list(remarks(base, request(steps=4, guidance=1, loras=[lora])))
    longer, spoiled = remarks(base, request(steps=28, guidance=4, loras=[lora]))
    assert "is made for 4 steps; 28 take longer" in longer
    assert "is made for a guidance of 1" in spoiled
    assert len(list(remarks(base, request(steps=4, guidance=1, loras=[lora | {"weight": 0}])))) == 2


def test_nothing_is_said_of_turbo_as_it_is_made_nor_of_the_embedded_model(tmp_path: Path) -> None:
    assert not list(remarks(checkpoint(tmp_path, "Z-Image-Turbo", 3.0), request()))
    assert not list(remarks(EMBEDDED_MODEL, request(steps=1)))
