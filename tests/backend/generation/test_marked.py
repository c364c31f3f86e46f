"""Requests whose prompts held marks, on a backend that knows which LoRAs it has."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.machine.device import Machine
from backend.domain.errors import InvalidRequest
from backend.domain.parts import Detail, Lora
from backend.domain.requests import TextToImage
from backend.generation.marked import PROMPT_ALONE, WEIGHTS, without_marks
from backend.images.storage.files import ImageFiles
from backend.settings import Settings


@pytest.fixture
def backend(tmp_path: Path) -> LocalBackend:
    (tmp_path / "loras").mkdir()
    weights = {"A": torch.zeros((4, 128)), "B": torch.zeros((128, 4))}
    file = {f"transformer.layers.0.attention.to_q.lora_{side}.weight": weight for side, weight in weights.items()}
    save_file(file, tmp_path / "loras" / "pixel.safetensors")
    settings = Settings(_env_file=None, PLAYGROUND_MODEL="tiny", PLAYGROUND_DATA=str(tmp_path))
    return LocalBackend(settings, ImageFiles(tmp_path), Machine("cpu", "CPU", 8 * 10**9, 0.0))


def test_a_lora_that_is_here_joins_the_list_and_leaves_the_prompt(backend: LocalBackend) -> None:
    taken = without_marks(TextToImage(prompt="a fox <lora:pixel:0.8>"), backend)
    assert taken.request == TextToImage(prompt="a fox", loras=(Lora(model="pixel", weight=0.8),))
    assert taken.notes == []


def test_what_cant_be_used_is_left_out_and_said(backend: LocalBackend) -> None:
    prompt = "a (red:1.3) (fox:1.2) <lora:foo:0.8> <hypernet:bar:1> <lora:pixel:9>"
    taken = without_marks(TextToImage(prompt=prompt, negative_prompt="(snow:1.1)"), backend)
    assert taken.request == TextToImage(prompt="a red fox", negative_prompt="snow")
    assert [note.partition(" was")[0] for note in taken.notes] == [
        WEIGHTS,
        "<lora:foo:0.8>",
        "<hypernet:bar:1>",
        "<lora:pixel:9>",
    ]
    assert "'foo' isn't here" in taken.notes[1]


def test_a_lora_of_the_list_is_not_doubled(backend: LocalBackend) -> None:
    asked = TextToImage(prompt="a fox <lora:pixel:0.8>", loras=(Lora(model="pixel", weight=0.5),))
    taken = without_marks(asked, backend)
    assert taken.request.loras == asked.loras
    assert "in the list" in taken.notes[0]


def test_a_prompt_of_marks_alone_is_named(backend: LocalBackend) -> None:
    with pytest.raises(InvalidRequest, match="prompt"):
        without_marks(TextToImage(prompt="<lora:pixel:0.8>"), backend)


def test_the_prompts_of_details_are_plain_words_too(backend: LocalBackend) -> None:
    details = (Detail(prompt="a (smiling:1.2) face <lora:pixel:1>", strength=0.4), Detail(target="hand"))
    taken = without_marks(TextToImage(prompt="a sailor", details=details), backend)
    assert taken.request == TextToImage(
        prompt="a sailor", details=(Detail(prompt="a smiling face", strength=0.4), Detail(target="hand"))
    )
    assert taken.notes == [WEIGHTS, f"<lora:pixel:1> was left out: {PROMPT_ALONE}"]
    plain = TextToImage(prompt="a sailor", details=(Detail(prompt="a face"),))
    assert without_marks(plain, backend).request is plain
