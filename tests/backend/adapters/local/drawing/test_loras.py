import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from backend.adapters.local.drawing.drawing import Drawing
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.drawing.loras import LoraFile, LoraShelf
from backend.domain.errors import Unsupported
from backend.domain.parts import Lora
from backend.domain.requests import TextToImage
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.pictures import distance, mean_distance

RANK = 4
TARGETS = ("layers.0.attention.to_q", "layers.1.attention.to_v", "layers.2.feed_forward.w1")
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path, engine: Engine) -> Make:
    """Return a function that writes a random LoRA file for the model."""

    def made(name: str = "style.safetensors", *, seed: int = 1, prefix: str = "transformer", wider: int = 0) -> Path:
        seeded = torch.Generator().manual_seed(seed)
        weights = {}
        for target in TARGETS:
            rows, columns = base_weight(engine, target).shape
            down, up = (RANK, columns + wider), (rows, RANK)
            weights[f"{prefix}.{target}.lora_A.weight"] = torch.randn(down, generator=seeded) * 0.3
            weights[f"{prefix}.{target}.lora_B.weight"] = torch.randn(up, generator=seeded) * 0.3
        path = tmp_path / name
        save_file(weights, path)
        return path

    return made


def base_weight(engine: Engine, target: str) -> torch.Tensor:
    module = engine.pipe.transformer.get_submodule(target)
    weight: torch.Tensor = getattr(module, "base_layer", module).weight
    return weight


def drawn(engine: Engine, *loras: LoraFile) -> Image.Image:
    request = TextToImage(prompt=PROMPT, steps=4)
    return engine.draw(Drawing(request=request, seed=7, size=(128, 128)), lambda *_: None, loras=loras)


def merged(engine: Engine, *loras: LoraFile) -> Image.Image:
    """Draw with diffusers alone, the LoRAs added into a copy of the weights by hand."""
    from diffusers import FlowMatchEulerDiscreteScheduler, ZImagePipeline
    from safetensors.torch import load_file

    drawn(engine)  # takes adapters off
    transformer = copy.deepcopy(engine.pipe.transformer)
    for lora in loras:
        weights = load_file(lora.path)
        for target in TARGETS:
            up, down = (weights[f"transformer.{target}.lora_{side}.weight"] for side in "BA")
            with torch.no_grad():
                transformer.get_submodule(target).weight += lora.weight * up @ down
    scheduler = FlowMatchEulerDiscreteScheduler(shift=3.0)
    pipe = ZImagePipeline(**engine.pipe.components | {"transformer": transformer, "scheduler": scheduler})
    pipe.set_progress_bar_config(disable=True)
    settings: dict[str, Any] = {"num_inference_steps": 4, "guidance_scale": 0.0, "width": 128, "height": 128}
    image: Image.Image = pipe(PROMPT, generator=torch.Generator().manual_seed(7), **settings).images[0]
    return image


@pytest.mark.parametrize("weight", [1.0, 0.5, -1.0, 4.0])
def test_a_lora_is_its_product_added_to_the_weights(engine: Engine, make: Make, weight: float) -> None:
    lora = LoraFile(make(), weight)
    ours = drawn(engine, lora)
    assert mean_distance(ours, drawn(engine)) > 0.3
    assert distance(ours, merged(engine, lora)) <= 2


def test_several_loras_add_up(engine: Engine, make: Make) -> None:
    both = (LoraFile(make("one.safetensors"), 0.8), LoraFile(make("two.safetensors", seed=2), -0.4))
    assert distance(drawn(engine, *both), merged(engine, *both)) <= 2


def test_taken_off_it_leaves_no_trace(engine: Engine, make: Make) -> None:
    before = drawn(engine)
    drawn(engine, LoraFile(make(), 2.0))
    assert distance(drawn(engine), before) == 0
    drawn(engine, LoraFile(make(), 0.0))
    assert distance(drawn(engine), before) == 0


def test_a_file_that_was_replaced_is_read_again(engine: Engine, make: Make) -> None:
    first = drawn(engine, LoraFile(make(seed=1), 1.0))
    assert distance(drawn(engine, LoraFile(make(seed=2), 1.0)), first) > 0


def test_the_layout_of_other_trainers_is_read_too(engine: Engine, make: Make) -> None:
    ours = drawn(engine, LoraFile(make("ours.safetensors"), 1.0))
    theirs = drawn(engine, LoraFile(make("theirs.safetensors", prefix="diffusion_model"), 1.0))
    assert distance(ours, theirs) == 0


def test_a_lora_of_another_size_says_so_and_the_next_drawing_works(engine: Engine, make: Make) -> None:
    before = drawn(engine)
    with pytest.raises(Unsupported, match=r"`loras`: style\.safetensors doesn't fit this model"):
        drawn(engine, LoraFile(make(wider=8), 1.0))
    assert distance(drawn(engine), before) == 0


def test_a_lora_is_found_by_its_name_in_the_owners_folder_or_by_its_path(make: Make, tmp_path: Path) -> None:
    path = make()
    for shelf, name in (
        (LoraShelf(tmp_path, outside=False), "style"),
        (LoraShelf(tmp_path, outside=False), "style.safetensors"),
        (LoraShelf(tmp_path / "none", outside=True), str(path)),
    ):
        assert shelf.find((Lora(model=name, weight=0.5),)) == (LoraFile(path, 0.5),)


def test_strangers_name_no_files_of_the_machine_and_no_hub(make: Make, tmp_path: Path) -> None:
    shelf = LoraShelf(tmp_path / "loras", outside=False)
    for name in (str(make()), "somebody/some-lora", "../style.safetensors"):
        with pytest.raises(Unsupported, match="isn't here: choose one from the folder loras"):
            shelf.find((Lora(model=name),))


def test_a_name_that_leads_nowhere_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(Unsupported, match=r"'none' isn't here: give a \.safetensors file, a hub id"):
        LoraShelf(tmp_path, outside=True).find((Lora(model="none"),))


def test_a_hub_that_cannot_be_asked_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unsupported, match="couldn't be fetched from the hub"):
        LoraShelf(tmp_path, outside=True).find((Lora(model="somebody/some-lora"),))


def test_the_same_lora_twice_is_refused(make: Make, tmp_path: Path) -> None:
    make()
    with pytest.raises(Unsupported, match="the same LoRA twice"):
        LoraShelf(tmp_path, outside=False).find((Lora(model="style"), Lora(model="style.safetensors")))


@pytest.mark.parametrize(
    ("tensor", "said"),
    [
        ("layers.0.attention.to_q.weight", "is no LoRA: it holds 1 tensors such as layers.0.attention.to_q.weight"),
        ("lora_unet_down_blocks_0.lora_down.weight", "is a LoRA for Stable Diffusion"),
        ("transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight", "is a LoRA for FLUX"),
    ],
)
def test_a_wrong_file_is_called_what_it_is(tmp_path: Path, tensor: str, said: str) -> None:
    save_file({tensor: torch.zeros(2, 2)}, tmp_path / "wrong.safetensors")
    with pytest.raises(Unsupported, match=f"wrong.safetensors {said}"):
        LoraShelf(tmp_path, outside=False).find((Lora(model="wrong"),))


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 64, b"<html>" + b" " * 100])
def test_a_file_that_is_no_safetensors_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "page.safetensors").write_bytes(content)
    with pytest.raises(Unsupported, match=r"page\.safetensors is no \.safetensors file"):
        LoraShelf(tmp_path, outside=False).find((Lora(model="page"),))
