"""diffusers' program is run with the embedded model, and draws the run's picture."""

import logging
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from pydantic import Field

from backend.adapters.local.backend import LocalBackend
from backend.domain.caller import Caller
from backend.domain.errors import Unsupported
from backend.domain.events import Finished
from backend.domain.requests import TextToImage, parse_request
from backend.export.diffusers_code import USUAL_TOKENS, Drawn, diffusers_code
from backend.generation.generate import generate
from backend.playground import Playground
from tests.backend.adapters.local.conftest import engine, house, local, shown
from tests.backend.adapters.provider.programs.running import pixels

__all__ = ["engine", "house", "local", "shown"]

TINY = Path(__file__).parents[3] / "presets" / "tiny"
WORDS = "a red circle on a blue background"
LONG = ", " * 560 + "a green square on a yellow background"
"""More tokens than the pipelines read on their own, and what matters at the end: cut, the picture is 68 of 255 off."""


def in_place(program: str) -> str:
    """Return the program with the model where it lies here."""
    assert '"presets/tiny"' in program
    return program.replace('"presets/tiny"', repr(str(TINY)))


def off(house: Playground, folder: Path, **values: Any) -> tuple[int, str]:
    """Draw a run and its program; return how far the pictures are apart (of 255), and the program."""
    given = {"mode": "text_to_image", "prompt": WORDS, "seed": 7, "steps": 4} | values
    *_, last = generate(house, Caller("visitor-1"), "local", parse_request(given))
    assert isinstance(last, Finished), last
    (made,) = last.run.images
    here = house.backends["local"].model_here((made.width, made.height))
    assert here
    drawn = Drawn(size=(made.width, made.height), seed=7, at=here.size, model=here.name, exactly=here.exact)
    program = diffusers_code(last.run.request, drawn)
    (folder / "again.py").write_text(in_place(program))
    runpy.run_path(str(folder / "again.py"))
    apart = np.abs(pixels(folder / "drawn.png").astype(int) - pixels(house.files.path(made.sha256)).astype(int))
    return int(apart.max()), program


def test_the_long_prompt_is_longer_than_diffusers_reads_on_its_own(local: LocalBackend) -> None:
    assert local.count_tokens(LONG).tokens > USUAL_TOKENS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    place = tmp_path / "program"
    place.mkdir()
    monkeypatch.chdir(place)
    handlers = logging.getLogger("diffusers").handlers
    before = list(handlers)
    yield place
    handlers[:] = before  # a program ends its process, and with it what it added there


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"steps": 8, "shift": 5.0, "width": 256, "height": 192},
        {"guidance": 3.5},
        {"guidance": 3.5, "negative_prompt": "a green square"},
        {"scheduler": "Euler Karras"},
        {"scheduler": "Euler Beta", "shift": 2.0},
        {"seed": 7, "prompt": "Ein \"roter\" Kreis\n$HOME `date` \\ 'x' 雪"},
        {"prompt": LONG},
        {"prompt": LONG, "guidance": 3.0, "negative_prompt": "a green square"},
    ],
)
def test_text_to_image_is_the_runs_picture(house: Playground, folder: Path, values: dict[str, Any]) -> None:
    assert off(house, folder, **values)[0] <= 1


@pytest.mark.parametrize("strength", [0.05, 0.3, 0.5, 0.8, 1.0])
def test_image_to_image_is_the_runs_picture_at_every_strength(
    house: Playground, folder: Path, shown: dict[str, str], strength: float
) -> None:
    (folder / "image.png").write_bytes(house.files.path(shown["image"]).read_bytes())
    found, program = off(house, folder, mode="image_to_image", image=shown["image"], strength=strength, steps=8)
    assert found <= 1
    assert "the image as image.png beside it" in program


@pytest.mark.parametrize("resize", ["crop", "fit", "stretch"])
def test_the_image_gets_its_size_as_in_the_run(house: Playground, folder: Path, resize: str) -> None:
    image = Image.new("RGBA", (200, 90), (255, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((20, 10, 120, 80), fill=(0, 90, 200, 255))
    image.save(folder / "image.png")
    sha256 = house.files.put((folder / "image.png").read_bytes(), "png")
    given = {"mode": "image_to_image", "image": sha256, "resize": resize, "width": 128, "height": 192}
    assert off(house, folder, **given)[0] <= 1


def test_loras_are_put_on_with_their_weights(house: Playground, local: LocalBackend, folder: Path, engine: Any) -> None:
    import torch
    from safetensors.torch import save_file

    target = "layers.0.attention.to_q"
    module = engine.pipe.transformer.get_submodule(target)
    rows, columns = getattr(module, "base_layer", module).weight.shape
    for seed, name in enumerate(("one", "two")):
        seeded = torch.Generator().manual_seed(seed)
        weights = {"A": torch.randn((4, columns), generator=seeded), "B": torch.randn((rows, 4), generator=seeded)}
        save_file({f"transformer.{target}.lora_{side}.weight": w for side, w in weights.items()}, f"{name}.safetensors")
    loras = [{"model": str(folder / "one.safetensors"), "weight": 0.5}, {"model": str(folder / "two.safetensors")}]
    found, program = off(house, folder, loras=loras)
    assert found <= 1
    assert "one.safetensors beside it" in program
    assert str(folder) not in program
    plain, _ = off(house, folder)
    assert plain <= 1


@pytest.mark.parametrize("layout", ["fused", "dora"])
def test_a_lora_that_diffusers_would_load_in_part_ends_the_program(
    house: Playground, folder: Path, layout: str
) -> None:
    import torch
    from safetensors.torch import save_file

    block, down, up = "diffusion_model.layers.0.attention", torch.randn(4, 128), torch.randn(384, 4)
    tensors = {
        f"{block}.to_out.0.lora_A.weight": down,
        f"{block}.to_out.0.lora_B.weight": up[:128].clone(),
        **(
            {f"{block}.qkv.lora_A.weight": down.clone(), f"{block}.qkv.lora_B.weight": up}
            if layout == "fused"
            else {f"{block}.to_out.0.dora_scale": torch.ones(128, 1)}
        ),
    }
    save_file(tensors, "style.safetensors")
    with pytest.raises(SystemExit, match="This LoRA's layout is the playground's alone to load"):
        off(house, folder, loras=[{"model": str(folder / "style.safetensors")}])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"scheduler": "Heun"}, "the scheduler Heun"),
        ({"loras": [{"model": "civitai:1@2"}]}, "the LoRA civitai:1@2, a provider's own"),
        ({"mode": "outpaint", "image": "1" * 64, "left": 64}, "in outpaint"),
        ({"mode": "inpaint", "image": "1" * 64, "mask": "2" * 64}, "in inpaint"),
        ({"mode": "controlnet", "image": "1" * 64}, "in controlnet"),
        ({"controls": [{"image": "1" * 64}]}, "control pictures"),
        ({"variation_strength": 0.1}, "a variation between two seeds"),
        ({"acceleration": "high"}, "these caches"),
        ({"accelerator": {"tea_cache": True}}, "these caches"),
        ({"prompt_expansion": True}, "expanded unseen"),
        ({"mode": "image_to_image", "image": "1" * 64, "strength": 0}, "strength 0"),
    ],
)
def test_what_plain_diffusers_cannot_do_is_said(values: dict[str, Any], said: str) -> None:
    request = parse_request({"mode": "text_to_image", "prompt": WORDS} | values)
    with pytest.raises(Unsupported, match=said):
        diffusers_code(request, Drawn(size=(128, 128), seed=1))


def test_a_setting_that_no_program_has_is_refused_by_its_name() -> None:
    class Newer(TextToImage):
        sharpness: float = Field(0.5, title="Sharpness")

    diffusers_code(Newer(prompt=WORDS), Drawn(size=(128, 128), seed=1))
    with pytest.raises(Unsupported, match="no single call for the setting Sharpness"):
        diffusers_code(Newer(prompt=WORDS, sharpness=0.9), Drawn(size=(128, 128), seed=1))


def test_where_its_picture_differs_from_the_runs_is_said() -> None:
    request = parse_request(
        {"mode": "text_to_image", "prompt": WORDS, "output_format": "jpeg", "options": {"weights": "fp8"}}
    )
    program = diffusers_code(request, Drawn(size=(128, 128), seed=1, by="Runware"))
    for said in ("Runware drew the run's own picture", "the run's were fp8", "was written as JPEG"):
        assert said in program
    compile(program, "again.py", "exec")


def test_a_hubs_lora_is_named_there() -> None:
    loras = [{"model": "someone/style/v1.safetensors"}, {"model": "someone/other", "weight": 0.3}]
    request = parse_request({"mode": "text_to_image", "prompt": WORDS, "loras": loras})
    program = diffusers_code(request, Drawn(size=(128, 128), seed=1))
    assert 'load_lora_weights("someone/style", weight_name="v1.safetensors", adapter_name="lora_1")' in program
    assert 'load_lora_weights("someone/other", adapter_name="lora_2")' in program
    assert "beside it" not in program
    assert "[1.0, 0.3]" in program


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_program_runs_by_itself(tmp_path: Path) -> None:
    request = parse_request({"mode": "text_to_image", "prompt": WORDS, "seed": 2**62, "steps": 2})
    drawn = Drawn(size=(128, 96), seed=2**62, model="presets/tiny", exactly=True)
    (tmp_path / "again.py").write_text(in_place(diffusers_code(request, drawn)))
    done = subprocess.run([sys.executable, "again.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    with Image.open(tmp_path / "drawn.png") as picture:
        assert picture.size == (128, 96)
