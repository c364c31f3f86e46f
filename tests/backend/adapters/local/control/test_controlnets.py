import copy
import gc
import json
import shutil
import struct
import weakref
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from backend.adapters.local.control.controlnets import (
    CONFIGS,
    ControlNet,
    ControlNetSource,
    choose_controlnet,
    find_controlnets,
    lacking_controlnet,
    load_controlnet,
    unions_of,
)
from backend.adapters.local.control.union_files import Union, configuration, read_union
from backend.adapters.local.drawing.drawing import Drawing, Guide
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.machine.checkpoint import EMBEDDED, Checkpoint, find
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.machine.memory import MemoryPlan
from backend.adapters.local.machine.placement import lay_out
from backend.adapters.local.weights.reading import read_header
from backend.domain.errors import NotReady, OutOfMemory
from backend.domain.events import unheard
from backend.domain.requests import TextToImage
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.hub_cache import put_in_cache
from tests.backend.adapters.local.pictures import distance, mean_distance


def test_the_embedded_model_brings_its_own_controlnet(tmp_path: Path) -> None:
    tiny = find("tiny")
    assert tiny
    (found,) = find_controlnets(tiny, Extras(offered=True, cache=tmp_path))
    assert found == ControlNetSource(EMBEDDED / "controlnet")


def test_the_base_model_takes_the_unions_that_were_trained_with_it_and_no_other(tmp_path: Path) -> None:
    base, extras = Checkpoint("Z-Image", None, "Tongyi-MAI/Z-Image"), Extras(offered=True, cache=tmp_path)
    assert unions_of(base) == ("union_base", "union_base_lite")
    put_in_cache(tmp_path, "union")
    assert find_controlnets(base, extras) == ()
    assert "ControlNet Union 2.1 lite for the base model" in (lacking_controlnet(base, extras, "lite") or "")
    own = put_in_cache(tmp_path, "union_base")
    (source,) = find_controlnets(base, extras)
    assert (source.path, source.config) == (own, CONFIGS / "union-2.1")


def test_the_real_model_takes_the_unions_that_are_here_the_best_first(tmp_path: Path) -> None:
    real, extras = Checkpoint("real", tmp_path / "model"), Extras(offered=True, cache=tmp_path)
    assert find_controlnets(real, extras) == ()
    lite = put_in_cache(tmp_path, "union_lite")
    lite_source = ControlNetSource(lite, CONFIGS / "union-2.1-lite", "ControlNet Union 2.1 lite")
    assert find_controlnets(real, extras) == (lite_source,)
    full = put_in_cache(tmp_path, "union")
    full_source = ControlNetSource(full, CONFIGS / "union-2.1", "ControlNet Union 2.1")
    assert find_controlnets(real, extras) == (full_source, lite_source)
    assert find_controlnets(real, extras, "full") == (full_source,)
    assert find_controlnets(real, extras, "lite") == (lite_source,)


def test_weights_that_were_chosen_and_are_not_here_are_named_with_the_way_out(tmp_path: Path) -> None:
    real, extras = Checkpoint("real", tmp_path / "model"), Extras(offered=True, cache=tmp_path)
    put_in_cache(tmp_path, "union")
    assert lacking_controlnet(real, extras, "auto") is None
    assert lacking_controlnet(real, extras, "full") is None
    assert "2.1 lite (2.0 GB, Apache-2.0): get it beside" in str(lacking_controlnet(real, extras, "lite"))
    tiny = find("tiny")
    assert tiny
    assert "of its own, of one size; choose auto" in str(lacking_controlnet(tiny, extras, "lite"))


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
KINDS = {
    "1.0": {"control_in_dim": 16, "add_control_noise_refiner": None, "control_refiner_layers_places": None},
    "2.0": {"control_in_dim": 33, "add_control_noise_refiner": "control_layers"},
    "2.1": {"control_in_dim": 33, "add_control_noise_refiner": "control_noise_refiner"},
}


@pytest.mark.parametrize("config", ["union-2.1", "union-2.1-lite"])
def test_a_published_files_configuration_follows_from_its_tensors(tmp_path: Path, config: str) -> None:
    known = json.loads((CONFIGS / config / "config.json").read_text())
    layers, trained = len(known["control_layers_places"]), "control_noise_refiner.0.before_proj.weight"
    save_file({trained: torch.ones(1)}, tmp_path / "union.safetensors")
    header = read_header(tmp_path / "union.safetensors")
    assert (
        configuration(Union(header, 33, layers, 2), REAL_TRANSFORMER) | {"_class_name": known["_class_name"]} == known
    )
    first = configuration(Union(header, 16, 6, 2), REAL_TRANSFORMER)
    assert first["control_layers_places"] == [0, 5, 10, 15, 20, 25]
    assert (first["add_control_noise_refiner"], first["control_refiner_layers_places"]) == (None, None)


def published(version: str) -> dict[str, torch.Tensor]:
    """Return a ControlNet's tensors at the embedded model's width, random; 2.0's has refiners that nobody trained."""
    from diffusers import ZImageControlNetModel

    shape = json.loads((EMBEDDED / "controlnet" / "config.json").read_text())
    shape |= {"control_refiner_layers_places": [0]} | KINDS["2.1" if version == "2.0" else version]
    torch.manual_seed(1)
    made = ZImageControlNetModel.from_config(shape)
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            if "_proj" in name:
                parameter.normal_(std=0.05)  # zero at birth, so that a new one changes nothing
            if version == "2.0" and "refiner.0.before_proj" in name:
                parameter.zero_()
    return {name: tensor.contiguous() for name, tensor in made.state_dict().items()}


def beside(folder: Path, *files: str) -> Path:
    """Return a copy of the embedded model without a ControlNet, with these published files in folders of it."""
    shutil.copytree(EMBEDDED, folder, ignore=shutil.ignore_patterns("controlnet"))
    for file in files:
        version = next((each for each in KINDS if each in file), "2.1")
        (folder / file).parent.mkdir(exist_ok=True)
        save_file(published(version), folder / file)
    return folder


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
    expected = ZImageControlNetModel.from_config(shape | {"control_refiner_layers_places": [0]} | KINDS[version])
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


def test_of_several_published_files_the_better_one_comes_first_or_the_wanted_one(tmp_path: Path) -> None:
    folder = beside(tmp_path / "model", *(f"controlnet/{name}.safetensors" for name in ("a-1.0", "b-2.1", "c-other")))
    (folder / "controlnet" / "notes.safetensors").write_bytes(b"no")
    own, none = Checkpoint("one's own", folder), Extras(offered=False)
    assert [source.name for source in find_controlnets(own, none)] == ["b-2.1", "c-other", "a-1.0"]
    assert find_controlnets(own, none, "full")[0].name == "a-1.0"
    assert lacking_controlnet(own, none, "full") is None
    assert lacking_controlnet(own, none, "lite") is None


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
