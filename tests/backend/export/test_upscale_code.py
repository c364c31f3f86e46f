"""An enlargement's program makes the same picture without the playground."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from backend.adapters.local.upscaling.sharp import Sharp
from backend.adapters.local.upscaling.upscaler import read_upscaler
from backend.domain.requests import parse_request
from backend.export.programs import HERE
from tests.backend.adapters.local.upscaling.networks import compact
from tests.backend.adapters.local.upscaling.test_sharp import picture
from tests.backend.export.test_programs import IMAGE, RUN, written

SIDE = 48


def enlargement(**values: object) -> dict[str, str]:
    request = parse_request({"mode": "upscale", "image": "a" * 64, **values})
    run = replace(RUN, backend="local", request=request)
    return written(run, image=replace(IMAGE, seed=None, width=3 * SIDE, height=3 * SIDE))


def saved_by(program: str, folder: Path) -> Image.Image:
    picture(SIDE, SIDE).save(folder / "image.png")
    (folder / "program.py").write_text(program, encoding="utf-8")
    subprocess.run([sys.executable, "-I", "program.py"], cwd=folder, check=True)
    return Image.open(folder / "upscaled.png")


def test_lanczos_is_a_program_for_pillow(tmp_path: Path) -> None:
    found = enlargement(factor=3)
    assert list(found) == [HERE, "Python, with Pillow"]
    wanted = picture(SIDE, SIDE).resize((3 * SIDE, 3 * SIDE), Image.Resampling.LANCZOS)
    assert saved_by(found["Python, with Pillow"], tmp_path) == wanted


def test_an_upscalers_file_is_a_program_for_spandrel(tmp_path: Path) -> None:
    file = compact(tmp_path / "2x-theirs.safetensors", scale=2)
    program = enlargement(factor=3, upscaler="2x-theirs")["Python, with spandrel"]
    upscaler = read_upscaler(file, lambda: "cpu")
    here = Sharp(picture(SIDE, SIDE), (3 * SIDE, 3 * SIDE), upscaler, lambda *_: None, lambda: None).enlarged()
    furthest = max(high for _, high in ImageChops.difference(saved_by(program, tmp_path), here).getextrema())
    assert furthest <= 1


@pytest.mark.parametrize("prompt", ["", "a barn {red|blue}"])
def test_the_program_through_this_playground_asks_for_the_same(prompt: str) -> None:
    program = enlargement(factor=4, upscaler="4x-own", prompt=prompt, seed=7)[HERE]
    compile(program, "program.py", "exec")
    assert 'api_name="/upscale"' in program
    assert 'image=handle_file("image.png")' in program
    assert "factor=4.0" in program
    assert 'upscaler="4x-own"' in program
