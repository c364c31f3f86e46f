from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from backend.adapters.job import Heard
from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.control.sources import (
    CONFIGS,
    ControlNetSource,
    find_controlnets,
    lacking_controlnet,
    unions_of,
)
from backend.adapters.local.machine.checkpoint import EMBEDDED, Checkpoint, find
from backend.adapters.local.machine.extras import Extras
from backend.domain.caller import Caller
from backend.domain.errors import Unsupported
from backend.domain.events import Generated
from backend.domain.requests import ControlNet
from backend.playground import Playground
from backend.settings import Settings
from tests.backend.adapters.local.conftest import CPU
from tests.backend.adapters.local.control.published import beside, published
from tests.backend.adapters.local.hub_cache import put_in_cache
from tests.backend.adapters.local.pictures import distance


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


def test_of_several_published_files_the_better_one_comes_first_or_the_wanted_one(tmp_path: Path) -> None:
    folder = beside(tmp_path / "model", *(f"controlnet/{name}.safetensors" for name in ("a-1.0", "b-2.1", "c-other")))
    (folder / "controlnet" / "notes.safetensors").write_bytes(b"no")
    own, none = Checkpoint("one's own", folder), Extras(offered=False)
    assert [source.name for source in find_controlnets(own, none)] == ["b-2.1", "c-other", "a-1.0"]
    assert find_controlnets(own, none, "full")[0].name == "a-1.0"
    assert lacking_controlnet(own, none, "full") is None
    assert lacking_controlnet(own, none, "lite") is None


NAME = "Z-Image-Turbo-Fun-Controlnet-Union-2.1.safetensors"
PLACES = {
    "ComfyUI's patches": f"models/model_patches/{NAME}",
    "ComfyUI's ControlNets": f"models/controlnet/z-image/{NAME}",
    "Forge": f"models/ControlNet/{NAME}",
    "SwarmUI": f"Models/controlnet/{NAME}",
    "InvokeAI": f"models/0a1b2c3d-4e5f/{NAME}",
    "an InvokeAI of before version 6": f"autoimport/controlnet/{NAME}",
}


def backend(playground: Playground, model: Path, folder: Path) -> LocalBackend:
    folder.mkdir(exist_ok=True)
    said = {"PLAYGROUND_MODEL": str(model), "PLAYGROUND_MODELS": str(folder), "PLAYGROUND_DATA": folder.parent}
    local = LocalBackend(Settings(_env_file=None, **said), playground.files, CPU)
    local.collection.entries(wait=True)
    return local


def put(path: Path, version: str = "2.1") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(published(version), path)
    return path


def drawn(local: LocalBackend, image: str, caller: Caller, **options: str) -> Image.Image:
    request = ControlNet(prompt="a red circle", image=image, seed=7, steps=2, width=128, height=128, options=options)
    local.capabilities.check(request)
    made = Heard()
    local.run(request, caller, made)
    (picture,) = (event.image for event in made.told if isinstance(event, Generated))
    return picture


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_controlnet_in_another_tools_folder_is_offered(playground: Playground, tmp_path: Path, place: str) -> None:
    model = beside(tmp_path / "model")
    assert "controls" in backend(playground, model, tmp_path / "tool").capabilities.lacks
    put(tmp_path / "tool" / place)
    assert "controls" not in backend(playground, model, tmp_path / "tool").capabilities.lacks


def test_a_controlnet_in_another_tools_folder_guides_as_one_beside_the_model_does(
    playground: Playground, caller: Caller, shown: dict[str, str], tmp_path: Path
) -> None:
    near = backend(playground, beside(tmp_path / "near", f"controlnet/{NAME}"), tmp_path / "nothing")
    put(tmp_path / "tool" / PLACES["SwarmUI"])
    other = backend(playground, beside(tmp_path / "model"), tmp_path / "tool")
    ours = drawn(other, shown["image"], caller, controlnet="lite")
    assert distance(ours, drawn(near, shown["image"], caller)) == 0
    with pytest.raises(Unsupported, match=r"`options.controlnet`: is full\. "):
        drawn(other, shown["image"], caller, controlnet="full")


def test_a_controlnet_in_another_folder_is_none_of_a_model_of_another_width_or_family(tmp_path: Path) -> None:
    nothing, model = Extras(offered=False, cache=tmp_path), Checkpoint("one's own", beside(tmp_path / "model"))
    turbo, base = put(tmp_path / NAME), put(tmp_path / NAME.replace("-Turbo", ""))
    renamed, lora = put(tmp_path / "mine.safetensors"), tmp_path / "lora.safetensors"
    save_file({"diffusion_model.layers.0.attention.to_q.lora_A.weight": torch.zeros(1, 1)}, lora)
    files = (turbo, base, renamed, lora, tmp_path / "gone.safetensors")
    assert [each.path for each in find_controlnets(model, nothing, others=files)] == [turbo, renamed]
    assert find_controlnets(model, nothing, "full", files) == ()
    assert lacking_controlnet(model, nothing, "lite", files) is None
    assert lacking_controlnet(model, nothing, "full", files)
    real = Checkpoint("real", CONFIGS.parent / "architectures" / "z-image")
    assert find_controlnets(real, nothing, others=files) == ()


def test_the_better_one_comes_first_whether_the_hub_or_another_tool_has_it(tmp_path: Path) -> None:
    real, extras = Checkpoint("real", tmp_path / "model"), Extras(offered=False, cache=tmp_path)
    lite, first = put_in_cache(tmp_path, "union_lite"), put(tmp_path / "Union-1.0.safetensors", "1.0")
    assert [each.path for each in find_controlnets(real, extras, others=(first,))] == [lite, first]
    full = put_in_cache(tmp_path, "union")
    assert [each.path for each in find_controlnets(real, extras, others=(first, full))] == [full, lite, first]
