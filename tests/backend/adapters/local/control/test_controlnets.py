import copy
import gc
import json
import struct
import weakref
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from backend.adapters.local.control.controlnets import ControlNet, choose_controlnet, load_controlnet
from backend.adapters.local.control.sources import (
    CONFIGS,
    ControlNetSource,
    find_controlnets,
)
from backend.adapters.local.control.union_files import Union, configuration, read_union
from backend.adapters.local.drawing.drawing import Drawing, Guide
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.machine.checkpoint import EMBEDDED, Checkpoint
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.machine.memory import MemoryPlan
from backend.adapters.local.machine.placement import lay_out
from backend.adapters.local.weights.reading import read_header
from backend.domain.errors import NotReady, OutOfMemory
from backend.domain.events import unheard
from backend.domain.requests import TextToImage
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.control.published import KINDS, beside, published
from tests.backend.adapters.local.pictures import distance, mean_distance


def source(folder: Path, name: str, parameters: int) -> ControlNetSource:
    """Return a ControlNet whose file says how many numbers it holds, and has a hole of the disk for them."""
    entry = {"dtype": "BF16", "shape": [parameters], "data_offsets": [0, 2 * parameters]}
    header = json.dumps({"weight": entry}).encode()
    path = folder / f"{name}.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    with path.open("r+b") as file:
        file.truncate(8 + len(header) + 2 * parameters)
    return ControlNetSource(path, name=name)


def test_the_best_controlnet_that_fits_is_taken_and_where_none_does_the_way_out_is_said(tmp_path: Path) -> None:
    plan = MemoryPlan(offload="model", whole=20_500_000_000, largest=12_310_000_000, reason="a part at a time")
    full = source(tmp_path, "ControlNet Union 2.1", 3_356_225_792)
    lite = source(tmp_path, "ControlNet Union 2.1 lite", 1_008_308_480)

    def chosen(*sources: ControlNetSource, free: int) -> ControlNetSource:
        return choose_controlnet(sources, plan, torch.bfloat16, "cuda", free * 2**30)[0]

    assert chosen(full, lite, free=24) is full
    assert chosen(full, lite, free=16) is lite
    _, layout = choose_controlnet((full, lite), plan, torch.bfloat16, "cuda", 16 * 2**30)
    assert layout.reason == "a part at a time, with ControlNet Union 2.1 lite, since ControlNet Union 2.1 doesn't fit"
    with pytest.raises(OutOfMemory, match=r"2\.1 takes 6\.7 GB .* 17\.2 GB that are free: get .* lite \(2\.0 GB"):
        chosen(full, free=16)
    with pytest.raises(OutOfMemory, match=r"lite takes 2\.0 GB .*: close other programs .* another backend"):
        chosen(full, lite, free=12)


@pytest.mark.parametrize(("config", "parameters"), [("union-2.1", 3_356_225_792), ("union-2.1-lite", 1_008_308_480)])
def test_the_configurations_have_the_shape_of_the_published_files(config: str, parameters: int) -> None:
    from diffusers import ZImageControlNetModel

    with torch.device("meta"):
        model = ZImageControlNetModel.from_config(json.loads((CONFIGS / config / "config.json").read_text()))
    assert sum(parameter.numel() for parameter in model.parameters()) == parameters


def test_other_weights_take_the_place_of_those_before_and_leave_no_trace(engine: Engine) -> None:
    """The first ones make room by an offload, which ends with them."""
    guides = (Guide(picture=Image.new("RGB", (128, 128), "white"), scale=0.7),)
    drawing = Drawing(request=TextToImage(prompt=PROMPT, steps=3), seed=7, size=(128, 128), guides=guides)
    # Drawn first, which takes off what LoRAs other tests left on the engine.
    expected = engine.draw(drawing, lambda *_: None)
    parts = {name: copy.deepcopy(engine.pipe.components[name]) for name in ("transformer", "text_encoder", "vae")}
    pipe = type(engine.pipe)(**engine.pipe.components | parts)
    pipe.set_progress_bar_config(disable=True)
    apart = MemoryPlan(offload="model", reason="a part at a time")
    read: list[str] = []

    def load(memory: MemoryPlan, wanted: str, _: object) -> ControlNet:
        read.append(f"{wanted}, {memory.reason}")
        if wanted == "lite":
            return ControlNet(copy.deepcopy(engine.controlnet), memory)
        lay_out(pipe, apart, "cpu")
        return ControlNet(copy.deepcopy(engine.controlnet), apart)

    guided = Engine(pipe, load)
    assert distance(guided.draw(drawing, lambda *_: None), expected) == 0
    gone = weakref.ref(guided.controlnet)
    for wanted, layout in (("auto", "model"), ("lite", "none"), ("lite", "none"), ("full", "model")):
        guided.guide_with(wanted).wait(unheard)
        assert distance(guided.draw(drawing, lambda *_: None), expected) == 0
        assert guided.memory.offload == layout
        assert hasattr(pipe.transformer, "_hf_hook") is (layout == "model")
    gc.collect()
    assert gone() is None
    assert [line.partition(",")[0] for line in read] == ["auto", "lite", "full"]
    assert {line.partition(", ")[2] for line in read} == {"kept whole in memory"}


REAL_TRANSFORMER = json.loads((CONFIGS.parent / "architectures/z-image/transformer/config.json").read_text())


@pytest.mark.parametrize("config", ["union-2.1", "union-2.1-lite"])
def test_a_published_files_configuration_follows_from_its_tensors(tmp_path: Path, config: str) -> None:
    known = json.loads((CONFIGS / config / "config.json").read_text())
    layers, trained = len(known["control_layers_places"]), "control_noise_refiner.0.before_proj.weight"
    save_file({trained: torch.ones(1)}, tmp_path / "union.safetensors")
    header = read_header(tmp_path / "union.safetensors")
    assert (
        configuration(Union(header, 33, layers, 2, 3840), REAL_TRANSFORMER) | {"_class_name": known["_class_name"]}
        == known
    )
    first = configuration(Union(header, 16, 6, 2, 3840), REAL_TRANSFORMER)
    assert first["control_layers_places"] == [0, 5, 10, 15, 20, 25]
    assert (first["add_control_noise_refiner"], first["control_refiner_layers_places"]) == (None, None)


@pytest.mark.parametrize(
    ("version", "place"),
    [("1.0", "controlnet"), ("2.0", "controlnet"), ("2.1", "controlnet"), ("2.1", "model_patches")],
)
def test_a_published_file_beside_the_model_guides_as_its_folder_does(
    engine: Engine, tmp_path: Path, version: str, place: str
) -> None:
    from diffusers import ZImageControlNetModel

    own = beside(tmp_path / "model", f"{place}/Z-Image-Turbo-Fun-Controlnet-Union-{version}.safetensors")
    (own / place / "config.json").write_text("{}")
    (source,) = find_controlnets(Checkpoint("one's own", own), Extras(offered=False))
    assert source.name == f"Z-Image-Turbo-Fun-Controlnet-Union-{version}"
    shape = json.loads((EMBEDDED / "controlnet" / "config.json").read_text())
    evenly = {"control_layers_places": [0, engine.pipe.transformer.config.n_layers // 2]}  # as the published ones lie
    places = evenly | {"control_refiner_layers_places": [0]}
    expected = ZImageControlNetModel.from_config(shape | places | KINDS[version])
    left = expected.load_state_dict(published(version), strict=False)
    assert not left.missing_keys
    union = load_controlnet(source, torch.float32, "cpu", engine.pipe.transformer.config)
    guides = (Guide(picture=Image.radial_gradient("L").resize((128, 128)).convert("RGB"), scale=0.7),)
    drawing = Drawing(request=TextToImage(prompt=PROMPT, steps=2), seed=7, size=(128, 128), guides=guides)
    ours, theirs, none = (
        Engine(engine.pipe, lambda memory, *_, model=model: ControlNet(model, memory)).draw(drawing, lambda *_: None)
        for model in (union, expected.eval(), engine.controlnet)
    )
    assert distance(ours, theirs) <= 1  # of 255: where numbers lie in memory, sums are rounded otherwise
    assert mean_distance(ours, none) > 0.1


@pytest.mark.parametrize(
    ("name", "tensor", "said"),
    [
        ("control_layers.0.more.weight", torch.ones(2), r"holds control_layers\.0\.more\.weight, for which"),
        ("control_layers.0.attention.to_q.weight", torch.ones(64, 128), r"to_q\.weight of 64 × 128"),
        ("control_layers.1.after_proj.bias", None, r"it lacks control_layers\.1\.after_proj\.bias"),
    ],
)
def test_a_published_file_that_cannot_be_used_whole_is_refused_with_the_names(
    engine: Engine, tmp_path: Path, name: str, tensor: torch.Tensor | None, said: str
) -> None:
    tensors = published("2.1")
    tensors.pop(name, None)
    save_file(tensors if tensor is None else tensors | {name: tensor}, tmp_path / "union.safetensors")
    source = ControlNetSource(tmp_path / "union.safetensors", union=read_union(tmp_path / "union.safetensors"))
    with pytest.raises(NotReady, match=said):
        load_controlnet(source, torch.float32, "cpu", engine.pipe.transformer.config)


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
    guided = Engine(engine.pipe, lambda memory, *_: ControlNet(union, memory))
    white, black = (Image.new("RGB", (128, 128), colour) for colour in ("white", "black"))
    drawing = {"request": TextToImage(prompt=PROMPT, steps=3), "seed": 7, "size": (128, 128)}

    def drawn(*guides: Guide) -> Image.Image:
        return guided.draw(Drawing(**drawing, guides=guides), lambda *_: None)

    alone = drawn(Guide(picture=white, scale=0.7))
    assert mean_distance(alone, drawn()) > 0.1
    # As the second control its picture is encoded here, as the first one by the pipeline.
    assert distance(drawn(Guide(picture=black, scale=0.0), Guide(picture=white, scale=0.7)), alone) <= 1
