import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from backend.adapters.local.control.controlnets import ControlNet
from backend.adapters.local.drawing.drawing import Drawing, Guide
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.loras.shelf import LoraFile, LoraShelf
from backend.adapters.local.machine.memory import MemoryPlan
from backend.adapters.local.machine.placement import lay_out
from backend.domain.errors import NotReady, Unsupported
from backend.domain.parts import Lora
from backend.domain.requests import TextToImage
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.loras.by_hand import base_weight, by_hand, low_rank, numbers
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


def drawn(engine: Engine, *loras: LoraFile, steps: int = 4, **values: Any) -> Image.Image:
    request = TextToImage(prompt=PROMPT, steps=steps, **values)
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


@pytest.mark.parametrize("kinds", [("lora", "lokr"), ("lokr", "lora"), ("lora", "loha"), ("dora", "lora", "lokr")])
def test_loras_of_different_kinds_on_one_layer_add_up_in_any_order(
    engine: Engine, tmp_path: Path, kinds: tuple[str, ...]
) -> None:
    added, loras = torch.zeros(128, 128), []
    own = base_weight(engine, TARGETS[0]).detach().float()
    for at, kind in enumerate(kinds):
        tensors, change = of_kind(kind, own)
        save_file({f"diffusion_model.{TARGETS[0]}.{name}": value for name, value in tensors.items()}, tmp_path / kind)
        loras.append(LoraFile(tmp_path / kind, 1 - 0.4 * at))
        added += loras[-1].weight * change
    expected = by_hand(engine, {f"{TARGETS[0]}.weight": added})
    for order in (loras, loras[::-1]):
        drawn(engine, order[0], steps=1)
        assert mean_distance(drawn(engine, *order, steps=2), expected) <= 0.1


def of_kind(kind: str, own: torch.Tensor) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """Return the tensors of a change of a square layer, and what it adds to the layer's own weights."""
    a, b, c, d = (numbers(128, 4, seed=seed) for seed in range(4))
    if kind == "lokr":
        return {"lokr_w1": a[:4], "lokr_w2": b[:32, :].repeat(1, 8)}, torch.kron(a[:4], b[:32, :].repeat(1, 8))
    if kind == "loha":
        parts = {"hada_w1_a": a, "hada_w1_b": b.T, "hada_w2_a": c, "hada_w2_b": d.T}
        return {name: part.contiguous() for name, part in parts.items()}, (a @ b.T) * (c @ d.T)
    factors = {"lora_down.weight": b.T.contiguous(), "lora_up.weight": a}
    if kind == "lora":
        return factors, a @ b.T
    there, magnitudes = own + a @ b.T, own.norm(dim=1, keepdim=True) * 1.4
    return factors | {"dora_scale": magnitudes}, magnitudes * there / there.norm(dim=1, keepdim=True) - own


def test_two_doras_of_one_layer_are_refused_and_leave_nothing_on(engine: Engine, tmp_path: Path) -> None:
    before = drawn(engine)
    tensors, _ = of_kind("dora", base_weight(engine, TARGETS[0]).detach().float())
    for name in ("one", "two"):
        save_file({f"diffusion_model.{TARGETS[0]}.{key}": value for key, value in tensors.items()}, tmp_path / name)
    with pytest.raises(Unsupported, match="one and two are DoRAs of the same layers"):
        drawn(engine, LoraFile(tmp_path / "one", 1.0), LoraFile(tmp_path / "two", 1.0))
    assert distance(drawn(engine), before) == 0


def test_a_lora_that_went_between_two_images_says_so_and_the_next_drawing_works(engine: Engine, make: Make) -> None:
    before = drawn(engine)
    lora = LoraFile(make(), 1.0)
    drawn(engine, lora)
    lora.path.unlink()
    with pytest.raises(Unsupported, match=r"style\.safetensors isn't there any more"):
        drawn(engine, lora)
    assert distance(drawn(engine), before) == 0


def test_loras_come_and_go_on_a_model_that_is_offloaded(engine: Engine, make: Make) -> None:
    parts = {name: copy.deepcopy(engine.pipe.components[name]) for name in ("transformer", "text_encoder", "vae")}
    pipe = type(engine.pipe)(**engine.pipe.components | parts)
    pipe.set_progress_bar_config(disable=True)
    plan = MemoryPlan(offload="model", reason="a part at a time")
    lay_out(pipe, plan, "cpu")
    offloaded = Engine(pipe, no_controlnet, plan)
    norm = make("norm.safetensors").with_name("norm")
    save_file({"diffusion_model.layers.0.attention_norm1.diff": numbers(128, seed=3)}, norm)
    loras = (LoraFile(make(), 1.0), LoraFile(norm, 0.5))
    plain, styled = drawn(engine), drawn(engine, *loras)
    for _ in range(2):
        assert distance(drawn(offloaded), plain) == 0
        assert distance(drawn(offloaded, *loras), styled) == 0
    assert distance(drawn(offloaded, *(LoraFile(lora.path, 0.0) for lora in loras)), plain) == 0


def no_controlnet(*_: object) -> ControlNet:
    raise NotReady("none")


def test_a_controlnet_that_shares_the_layers_sees_the_lora_on_them(engine: Engine, tmp_path: Path) -> None:
    tensors, added = low_rank(engine, "transformer.")
    save_file(tensors, tmp_path / "style")
    picture = Image.new("RGB", (128, 128), "white")
    picture.paste("black", (32, 32, 96, 96))
    guides = (Guide(picture=picture, scale=0.7),)
    drawing = Drawing(request=TextToImage(prompt=PROMPT, steps=2), seed=7, size=(128, 128), guides=guides)
    before = engine.draw(drawing, lambda *_: None)
    guided = engine.draw(drawing, lambda *_: None, loras=(LoraFile(tmp_path / "style", 1.0),))
    assert distance(engine.draw(drawing, lambda *_: None), before) == 0
    transformer, controlnet = copy.deepcopy((engine.pipe.transformer, engine.controlnet))
    for path, change in added.items():
        transformer.get_parameter(path).data += change
    pipe = type(engine.pipe)(**engine.pipe.components | {"transformer": transformer})
    pipe.set_progress_bar_config(disable=True)
    merged = Engine(pipe, lambda memory, *_: ControlNet(controlnet, memory)).draw(drawing, lambda *_: None)
    assert mean_distance(guided, merged) <= 0.1
    assert mean_distance(guided, before) > 0.5


def test_a_step_cache_goes_with_a_lora(engine: Engine, make: Make) -> None:
    lora = LoraFile(make(), 1.0)
    exact = {"fb_cache": True, "fb_cache_threshold": 0.0}
    assert distance(drawn(engine, lora, accelerator=exact), drawn(engine, lora)) == 0
    assert (
        distance(drawn(engine, lora, accelerator={"fb_cache": True, "fb_cache_threshold": 1.0}), drawn(engine, lora))
        > 0
    )


def test_a_lora_is_found_by_its_name_in_the_owners_folder_or_by_its_path(make: Make, tmp_path: Path) -> None:
    path = make()
    for shelf, name in (
        (LoraShelf(tmp_path, outside=False), "style"),
        (LoraShelf(tmp_path, outside=False), "style.safetensors"),
        (LoraShelf(tmp_path / "none", outside=True), str(path)),
    ):
        assert shelf.find((Lora(model=name, weight=0.5),)) == (LoraFile(path, 0.5),)
    assert LoraShelf(tmp_path, outside=False).names() == ("style",)
    assert LoraShelf(tmp_path / "none", outside=True).names() == ()


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


def test_the_same_lora_twice_is_refused_whatever_it_is_called(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make()
    path.with_name("again.safetensors").symlink_to(path)
    monkeypatch.chdir(tmp_path)
    for other in ("style.safetensors", "again", str(path)):
        with pytest.raises(Unsupported, match="the same LoRA twice"):
            LoraShelf(Path(), outside=True).find((Lora(model="style"), Lora(model=other)))


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
