"""The same request by page, Gradio, MCP, `/v1` and `/sdapi` gives the same pixels, one record and one bill each."""

import base64
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio.utils import get_upload_folder
from gradio_client import Client, handle_file
from PIL import Image
from sqlalchemy import select

from backend.domain.records import Run
from backend.domain.requests import Mode
from backend.images.encoding import encode
from backend.library.shipped import load_presets
from backend.playground import Playground
from backend.record.database.tables import runs
from tests.backend.adapters.runware.scene import ONE, Scene, runware_scene
from tests.serving import Site, free_port, page_of
from tests.ui.endpoints.test_mcp import answer, call
from tests.ui.serving.test_caller import request_of
from ui.form.library import Library
from ui.form.reading import MARK
from ui.runs.runner import Outputs, Runner
from ui.serving.served import Served

SIDES = (128, 192)
WORDS = {"prompt": "a fox", "seed": 1}
SIZE = {"width": SIDES[0], "height": SIDES[1]}
STRENGTH = 0.5
MARKED = (32, 32, 96, 80)
_RGB = Image.merge(
    "RGB", [Image.linear_gradient("L").resize(SIDES).rotate(90 * turn).resize(SIDES) for turn in range(3)]
)
PICTURE = encode(_RGB, "png")


def _mask() -> bytes:
    marked = Image.new("L", SIDES)
    marked.paste(255, MARKED)
    return encode(marked, "png")


MASK = _mask()
"""White is painted anew, as on the page and in A1111's API."""


def _transparent() -> bytes:
    mask = Image.new("RGBA", SIDES, (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), MARKED)
    file = io.BytesIO()
    mask.save(file, "PNG")
    return file.getvalue()


@dataclass(frozen=True)
class Place:
    """A playground on the simulated Runware, its address, and a folder."""

    scene: Scene
    address: str
    folder: Path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("same")
    (folder / "picture.png").write_bytes(PICTURE)
    (folder / "mask.png").write_bytes(MASK)
    with runware_scene(folder / "data", GRADIO_SERVER_PORT=free_port()) as scene, page_of(scene.playground) as address:
        yield Place(scene, address, folder)


def told(mode: Mode, picture: Any, mask: Any) -> dict[str, Any]:
    """Return a mode's values by our own names, with its pictures as a way takes them."""
    more: dict[Mode, dict[str, Any]] = {
        "text_to_image": SIZE,
        "image_to_image": {"image": picture, "strength": STRENGTH},
        "inpaint": {"image": picture, "mask": mask, "strength": STRENGTH},
        "controlnet": {"image": picture, **SIZE},
    }
    return {**WORDS, **more[mode]}


def by_page(place: Place, mode: Mode) -> None:
    with gr.Blocks():
        outputs = Outputs(gr.HTML(), gr.Button(), gr.Button(), gr.Button(), gr.HTML(), gr.Button(), gr.HTML())
    playground = place.scene.playground
    served = Served(playground.files, playground.holders)
    runner = Runner(playground, Library(playground, load_presets()), served, outputs)
    uploaded = Path(get_upload_folder()) / "same-by-page.png"
    uploaded.parent.mkdir(parents=True, exist_ok=True)
    uploaded.write_bytes(PICTURE)
    values = told(mode, str(uploaded), address_of(MASK))
    values["easel"] = {"image": values.pop("image", None)}
    values[f"{mode}{MARK}strength"] = values.pop("strength", None)
    assert list(runner.run(request_of(), mode=mode, backend="runware", keep_size="width" not in values, **values))


def by_gradio(place: Place, mode: Mode) -> None:
    values = told(mode, handle_file(place.folder / "picture.png"), handle_file(place.folder / "mask.png"))
    client = Client(place.address, verbose=False, download_files=False)
    client.predict(**values, backend="runware", api_name=f"/{mode}")


def by_mcp(place: Place, mode: Mode) -> None:
    site = Site(place.address, place.scene.playground, None)  # type: ignore[arg-type]
    assert answer(call(site, mode, backend="runware", **told(mode, address_of(PICTURE), address_of(MASK))))


def by_v1(place: Place, mode: Mode) -> None:
    model = {"model": "runware/z-image-turbo"}
    if mode == "text_to_image":
        asked: dict[str, Any] = {"json": {**model, **WORDS, "size": f"{SIDES[0]}x{SIDES[1]}"}}
    else:
        mask = {"mask": _transparent()} if mode == "inpaint" else {}
        asked = {"data": {**model, **WORDS, "strength": STRENGTH}, "files": {"image": PICTURE, **mask}}
    path = "generations" if mode == "text_to_image" else "edits"
    found = httpx.post(f"{place.address}v1/images/{path}", timeout=60, **asked).json()
    assert found["playground"]["cost_usd"] == float(ONE)


def by_sdapi(place: Place, mode: Mode) -> None:
    unit = {"image": base64.b64encode(PICTURE).decode(), "module": "canny", "weight": 0.75, "guidance_end": 0.8}
    over = {"init_images": [address_of(PICTURE)], "denoising_strength": STRENGTH}
    marked = {"mask": address_of(MASK), "mask_blur": 0, "inpainting_fill": 1, "inpaint_full_res": False}
    more: dict[Mode, tuple[str, dict[str, Any]]] = {
        "text_to_image": ("txt2img", SIZE),
        "image_to_image": ("img2img", over),
        "inpaint": ("img2img", {**over, **marked}),
        "controlnet": ("txt2img", {**SIZE, "alwayson_scripts": {"ControlNet": {"args": [unit]}}}),
    }
    path, values = more[mode]
    asked = {**WORDS, **values, "override_settings": {"sd_model_checkpoint": "runware/z-image-turbo"}}
    found = httpx.post(f"{place.address}sdapi/v1/{path}", json=asked, timeout=60).json()
    assert json.loads(found["info"])["playground"]["cost_usd"] == float(ONE)


WAYS: tuple[Callable[[Place, Mode], None], ...] = (by_page, by_gradio, by_mcp, by_v1, by_sdapi)


@pytest.mark.parametrize("mode", ["text_to_image", "image_to_image", "inpaint", "controlnet"])
def test_each_way_makes_the_same_picture_once_and_pays_once(place: Place, mode: Mode) -> None:
    found = []
    playground = place.scene.playground
    for way in WAYS:
        if mode == "controlnet" and way is by_v1:  # OpenAI's form has no place for a control.
            continue
        before, spent = every_run(playground), spent_of(place.scene)
        way(place, mode)
        (run,) = [run for run in every_run(playground) if run.id not in {each.id for each in before}]
        assert (run.request.mode, run.status, run.cost_usd, run.cost_kind) == (mode, "finished", ONE, "billed"), way
        assert spent_of(place.scene) - spent == ONE, way
        assert playground.budget.entry(run.id)[0] == "settled"  # type: ignore[index]
        found.append(pixels_of(playground, run))
    assert {picture.size for picture in found} == {SIDES}
    assert len({picture.tobytes() for picture in found}) == 1
    if mode == "inpaint":
        kept = found[0].copy()
        kept.paste(_RGB.crop(MARKED), MARKED)
        assert kept.tobytes() == _RGB.tobytes() != found[0].tobytes()


def address_of(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def spent_of(scene: Scene) -> Decimal:
    return sum(scene.world.account.bills, Decimal(0))


def every_run(playground: Playground) -> list[Run]:
    return playground.store.read(select(runs))


def pixels_of(playground: Playground, run: Run) -> Image.Image:
    (image,) = run.images
    with Image.open(io.BytesIO(playground.files.read(image.sha256))) as picture:
        return picture.convert("RGB")
