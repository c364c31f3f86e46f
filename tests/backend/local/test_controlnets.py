import json
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from backend.local.checkpoint import EMBEDDED, Checkpoint, find
from backend.local.controlnets import CONFIGS, ControlNetSource, find_controlnet, load_controlnet
from backend.local.drawing import Drawing, Guide
from backend.local.engine import Engine
from backend.local.extras import EXTRAS, Extras
from backend.requests import TextToImage
from tests.backend.local.conftest import PROMPT
from tests.backend.local.pictures import distance, mean_distance


def put_in_cache(cache: Path, name: str) -> Path:
    """Lay a file where the hub's client would have put it."""
    extra, commit = EXTRAS[name], "0" * 40
    repo = cache / f"models--{extra.repo.replace('/', '--')}"
    (repo / "refs").mkdir(parents=True, exist_ok=True)
    (repo / "refs" / "main").write_text(commit)
    file = repo / "snapshots" / commit / extra.files[0]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    return file


def test_the_embedded_model_brings_its_own_controlnet(tmp_path: Path) -> None:
    tiny = find("tiny")
    assert tiny
    assert find_controlnet(tiny, Extras(offered=True, cache=tmp_path)) == ControlNetSource(EMBEDDED / "controlnet")


def test_the_real_model_takes_the_best_union_that_is_here(tmp_path: Path) -> None:
    real, extras = Checkpoint("real", tmp_path / "model"), Extras(offered=True, cache=tmp_path)
    assert find_controlnet(real, extras) is None
    lite = put_in_cache(tmp_path, "union_lite")
    assert find_controlnet(real, extras) == ControlNetSource(lite, CONFIGS / "union-2.1-lite")
    full = put_in_cache(tmp_path, "union")
    assert find_controlnet(real, extras) == ControlNetSource(full, CONFIGS / "union-2.1")


@pytest.mark.parametrize(("config", "parameters"), [("union-2.1", 3_356_225_792), ("union-2.1-lite", 1_008_308_480)])
def test_the_configurations_have_the_shape_of_the_published_files(config: str, parameters: int) -> None:
    from diffusers import ZImageControlNetModel

    with torch.device("meta"):
        model = ZImageControlNetModel.from_config(json.loads((CONFIGS / config / "config.json").read_text()))
    assert sum(parameter.numel() for parameter in model.parameters()) == parameters


@pytest.mark.parametrize("config", ["union-2.1", "union-2.1-lite"])
def test_a_union_in_one_file_is_loaded_offline_and_guides(engine: Engine, tmp_path: Path, config: str) -> None:
    """The layout of the real files at the embedded model's width, with random weights."""
    from diffusers import ZImageControlNetModel

    shape = json.loads((CONFIGS / config / "config.json").read_text())
    shape |= {"dim": 128, "n_heads": 4, "n_kv_heads": 4, "n_refiner_layers": 1, "control_layers_places": [0, 2]}
    shape |= {"control_refiner_layers_places": [0]}
    (tmp_path / "config.json").write_text(json.dumps(shape))
    torch.manual_seed(1)
    made = ZImageControlNetModel.from_config(shape)
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            if "_proj" in name:
                parameter.normal_(std=0.05)  # zero at birth, so that a new one changes nothing
    save_file({name: tensor.contiguous() for name, tensor in made.state_dict().items()}, tmp_path / "union.safetensors")

    union = load_controlnet(ControlNetSource(tmp_path / "union.safetensors", tmp_path), torch.float32, "cpu")
    guided = Engine(engine.pipe, lambda: union)
    white, black = (Image.new("RGB", (128, 128), colour) for colour in ("white", "black"))
    drawing = {"request": TextToImage(prompt=PROMPT, steps=3), "seed": 7, "size": (128, 128)}

    def drawn(*guides: Guide) -> Image.Image:
        return guided.draw(Drawing(**drawing, guides=guides), lambda *_: None)

    alone = drawn(Guide(picture=white, scale=0.7))
    assert mean_distance(alone, drawn()) > 0.1
    # As the second control its picture is encoded here, as the first one by the pipeline.
    assert distance(drawn(Guide(picture=black, scale=0.0), Guide(picture=white, scale=0.7)), alone) <= 1
