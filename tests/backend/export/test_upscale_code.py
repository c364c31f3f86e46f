"""An enlargement's program makes the same picture without the playground."""

import runpy
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from backend.adapters.local.upscaling.sharp import Sharp
from backend.adapters.local.upscaling.upscaler import read_upscaler
from backend.domain.requests import parse_request
from backend.export.programs import DIFFUSERS, HERE
from tests.backend.adapters.local.upscaling.networks import compact
from tests.backend.adapters.local.upscaling.test_sharp import picture
from tests.backend.export.test_programs import IMAGE, RUN, written

SIDE = 48


def enlargement(**values: object) -> dict[str, str]:
    request = parse_request({"mode": "upscale", "image": "a" * 64, **values})
    run = replace(RUN, backend="local", request=request)
    return written(run, image=replace(IMAGE, seed=None, width=3 * SIDE, height=3 * SIDE))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that programs run in, with the picture that they look for."""
    monkeypatch.chdir(tmp_path)
    picture(SIDE, SIDE).save("image.png")
    return tmp_path


def saved_by(program: str) -> Image.Image:
    Path("program.py").write_text(program, encoding="utf-8")
    runpy.run_path("program.py")
    with Image.open("upscaled.png") as saved:
        return saved.convert("RGB")


@pytest.mark.usefixtures("folder")
def test_lanczos_is_a_program_for_pillow() -> None:
    found = enlargement(factor=3)
    assert list(found) == [HERE, "Python, with Pillow"]
    wanted = picture(SIDE, SIDE).resize((3 * SIDE, 3 * SIDE), Image.Resampling.LANCZOS)
    assert saved_by(found["Python, with Pillow"]) == wanted


def test_an_upscalers_file_is_a_program_for_spandrel(folder: Path) -> None:
    file = compact(folder / "2x-theirs.safetensors", scale=2)
    program = enlargement(factor=3, upscaler="2x-theirs")["Python, with spandrel"]
    upscaler = read_upscaler(file, lambda: "cpu")
    here = Sharp(picture(SIDE, SIDE), (3 * SIDE, 3 * SIDE), upscaler, lambda *_: None, lambda: None).enlarged()
    furthest = max(high for _, high in ImageChops.difference(saved_by(program), here).getextrema())
    assert furthest <= 1


@pytest.mark.parametrize("prompt", ["", "a barn {red|blue}"])
def test_the_program_through_this_playground_asks_for_the_same(prompt: str) -> None:
    program = enlargement(factor=4, upscaler="4x-own", prompt=prompt, seed=7)[HERE]
    compile(program, "program.py", "exec")
    assert 'api_name="/upscale"' in program
    assert 'image=handle_file("image.png")' in program
    assert "factor=4.0" in program
    assert 'upscaler="4x-own"' in program


def test_what_is_drawn_anew_in_tiles_has_no_program_without_the_playground() -> None:
    request = parse_request({"mode": "upscale", "image": "a" * 64, "method": "redraw", "prompt": "a barn", "seed": 7})
    found = written(replace(RUN, backend="local", request=request), image=replace(IMAGE, seed=7))
    assert "no single call for what this playground does in redraw" in found[DIFFUSERS]


def test_a_high_resolution_fix_is_said_not_to_be_one_call() -> None:
    request = parse_request(
        {"mode": "text_to_image", "prompt": "a barn", "hires_scale": 2, "hires_steps": 3, "seed": 7}
    )
    found = written(replace(RUN, backend="local", request=request), image=replace(IMAGE, seed=7))
    assert "no single call for a second pass in tiles that share one noise." in found[DIFFUSERS]
