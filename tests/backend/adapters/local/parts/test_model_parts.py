"""The model's parts as fp8 and GGUF, as they really run on a CPU; NF4 needs a GPU (`python -m tools.gpu_table`)."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from backend.adapters.local.drawing.drawing import Drawing, Guide
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.load import load
from backend.adapters.local.loras.shelf import LoraFile
from backend.adapters.local.machine.checkpoint import EMBEDDED, REAL, Checkpoint
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.machine.options import Layout
from backend.adapters.local.parts.load_faults import check_package
from backend.adapters.local.parts.model_parts import find_gguf, lacking_gguf
from backend.domain.errors import NotReady, Unsupported
from backend.domain.requests import TextToImage
from backend.images.edges import edges
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.loras.by_hand import numbers
from tests.backend.adapters.local.pictures import distance, mean_distance
from tools.gpu_table.gguf_file import write_gguf

NONE = Extras(offered=False)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Checkpoint:
    """Return a copy of the embedded model with a GGUF file of its transformer beside it."""
    folder = tmp_path_factory.mktemp("own") / "model"
    shutil.copytree(EMBEDDED, folder)
    drawn(engine)  # takes off what others put on
    write_gguf(engine.pipe.transformer, folder / "transformer-Q8_0.gguf")
    return Checkpoint("a model of one's own", folder)


@pytest.fixture(scope="module", params=["fp8", "gguf"])
def small(request: pytest.FixtureRequest, own: Checkpoint) -> Engine:
    """Return an engine with smaller weights."""
    return load(own, NONE, lambda *_: None, Layout(weights=request.param))


@pytest.fixture
def lora(tmp_path: Path, engine: Engine) -> LoraFile:
    width = engine.pipe.transformer.config.dim
    seeded = torch.Generator().manual_seed(1)
    name, path = "transformer.layers.0.attention.to_q.lora_", tmp_path / "style.safetensors"
    weights = {f"{name}A.weight": (4, width), f"{name}B.weight": (width, 4)}
    save_file({key: torch.randn(shape, generator=seeded) * 0.3 for key, shape in weights.items()}, path)
    return LoraFile(path, 1.0)


def drawn(engine: Engine, *loras: LoraFile, **values: Any) -> Image.Image:
    asked = TextToImage(prompt=PROMPT, steps=2)
    return engine.draw(Drawing(request=asked, seed=7, size=(128, 128), **values), lambda *_: None, loras=loras)


def test_smaller_weights_draw_nearly_the_same_picture(engine: Engine, small: Engine) -> None:
    assert 0 < mean_distance(drawn(small), drawn(engine)) < 5
    assert distance(drawn(small), drawn(small)) == 0


def test_smaller_weights_follow_controls_and_guidance(engine: Engine, small: Engine) -> None:
    picture = Image.new("RGB", (128, 128), "white")
    picture.paste("black", (32, 32, 96, 96))
    guided = {"guides": (Guide(picture=edges(picture), scale=0.8),)}
    assert mean_distance(drawn(small, **guided), drawn(engine, **guided)) < 10


def test_smaller_weights_take_loras_exactly_and_lose_them_without_a_trace(
    engine: Engine, small: Engine, lora: LoraFile
) -> None:
    before = drawn(small)
    styled = drawn(small, lora)
    stored = [value.dtype for name, value in small.pipe.transformer.named_parameters() if ".lora_" in name]
    assert stored
    assert set(stored) == {torch.float32}
    assert mean_distance(styled, drawn(engine, lora)) < mean_distance(before, drawn(engine, lora))
    drawn(engine)
    assert distance(drawn(small), before) == 0


@pytest.mark.parametrize("kind", ["lokr", "dora", "difference of a matrix", "difference of a norm"])
def test_smaller_weights_take_other_changes_nearly_as_full_ones_do_or_refuse_them(
    engine: Engine, small: Engine, tmp_path: Path, kind: str
) -> None:
    before, path = drawn(small), tmp_path / "style.safetensors"
    name, norm = "diffusion_model.layers.0.attention.to_q.", "diffusion_model.layers.0.attention_norm1."
    tensors = {
        "lokr": {f"{name}lokr_w1": numbers(4, 4, seed=1, spread=2), f"{name}lokr_w2": numbers(32, 32, seed=2)},
        "dora": {
            f"{name}lora_A.weight": numbers(4, 128, seed=1),
            f"{name}lora_B.weight": numbers(128, 4, seed=2),
            f"{name}dora_scale": numbers(128, 1, seed=3).abs(),
        },
        "difference of a matrix": {f"{name}diff": numbers(128, 128, seed=1)},
        "difference of a norm": {f"{norm}diff": numbers(128, seed=1, spread=1)},
    }[kind]
    save_file(tensors, path)
    lora, packed = LoraFile(path, 1.0), small.memory.weights == "gguf"
    if kind == "difference of a norm" or (kind == "lokr" and not packed):
        wanted, rounding = drawn(engine, lora), mean_distance(before, drawn(engine))
        off, change = (mean_distance(each, wanted) for each in (drawn(small, lora), before))
        assert off <= 2 * rounding < change
    else:
        with pytest.raises(Unsupported, match=r"style\.safetensors (changes layers by|can't be used whole)"):
            drawn(small, lora)
    drawn(engine)
    assert distance(drawn(small), before) == 0


def test_the_gguf_file_in_the_models_own_folder_is_taken(own: Checkpoint) -> None:
    found = find_gguf(own, NONE)
    assert found
    assert found.name == "transformer-Q8_0.gguf"
    assert lacking_gguf(own, NONE) is None


def test_weights_that_a_strangers_code_computes_are_refused_unless_somebody_allowed_it(tmp_path: Path) -> None:
    (tmp_path / "transformer").mkdir()
    stored = {"quantization_config": {"quant_method": "nunchaku_lite", "compute_dtype": "bfloat16"}}
    (tmp_path / "transformer" / "config.json").write_text(json.dumps(stored), "utf-8")
    with pytest.raises(NotReady, match="whose kernels are a stranger's code"):
        check_package(tmp_path / "transformer")


def test_without_a_gguf_file_it_is_said_how_to_get_one(tmp_path: Path) -> None:
    embedded, other = Checkpoint("tiny", EMBEDDED), Checkpoint("other", tmp_path)
    real = Checkpoint("Z-Image-Turbo", tmp_path, REAL)
    assert "choose full or fp8" in (lacking_gguf(embedded, NONE) or "")
    assert lacking_gguf(other, NONE) == "other has no such file in its folder; choose full or fp8."
    missing = lacking_gguf(real, Extras(offered=True, cache=tmp_path))
    assert missing
    assert "Z-Image-Turbo as GGUF, 5 bits (5.5 GB, Apache-2.0): get it beside the backend switch" in missing
    with pytest.raises(NotReady, match="has no GGUF file on this machine"):
        load(embedded, NONE, lambda *_: None, Layout(weights="gguf"))
