"""The same request by page, Gradio, MCP, `/v1` and `/sdapi` gives the same pixels, one record and one bill each."""

import io
import json
from collections.abc import Iterator
from decimal import Decimal

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from PIL import Image
from sqlalchemy import select

from backend.domain.records import Run
from backend.library.shipped import load_presets
from backend.playground import Playground
from backend.record.database.tables import runs
from tests.backend.adapters.runware.scene import ONE, Scene, runware_scene
from tests.serving import Site, page_of
from tests.ui.endpoints.test_mcp import answer, call
from tests.ui.serving.test_caller import request_of
from ui.form.library import Library
from ui.runs.runner import Outputs, Runner
from ui.serving.served import Served

FOX = {"prompt": "a fox", "width": 128, "height": 128, "seed": 1}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scene, str]]:
    with runware_scene(tmp_path_factory.mktemp("same")) as scene, page_of(scene.playground) as address:
        yield scene, address


def by_page(scene: Scene, address: str) -> None:
    with gr.Blocks():
        outputs = Outputs(gr.HTML(), gr.Button(), gr.Button(), gr.Button(), gr.HTML(), gr.HTML())
    served = Served(scene.playground.files, scene.playground.holders)
    runner = Runner(scene.playground, Library(scene.playground, load_presets()), served, outputs)
    assert list(runner.run(request_of(), mode="text_to_image", backend="runware", **FOX))


def by_gradio(scene: Scene, address: str) -> None:
    Client(address, verbose=False, download_files=False).predict(**FOX, backend="runware", api_name="/text_to_image")


def by_mcp(scene: Scene, address: str) -> None:
    assert answer(call(Site(address, scene.playground, None), "text_to_image", backend="runware", **FOX))  # type: ignore[arg-type]


def by_v1(scene: Scene, address: str) -> None:
    asked = {"model": "runware/z-image-turbo", "prompt": "a fox", "size": "128x128", "seed": 1}
    told = httpx.post(f"{address}v1/images/generations", json=asked, timeout=60).json()
    assert told["playground"]["cost_usd"] == float(ONE)


def by_sdapi(scene: Scene, address: str) -> None:
    chosen = {"sd_model_checkpoint": "runware/z-image-turbo"}
    asked = {"prompt": "a fox", "width": 128, "height": 128, "seed": 1, "override_settings": chosen}
    told = httpx.post(f"{address}sdapi/v1/txt2img", json=asked, timeout=60).json()
    assert json.loads(told["info"])["playground"]["cost_usd"] == float(ONE)


def test_each_way_makes_the_same_picture_once_and_pays_once(scene: tuple[Scene, str]) -> None:
    (place, address), found = scene, []
    for way in (by_page, by_gradio, by_mcp, by_v1, by_sdapi):
        before, spent = every_run(place.playground), spent_of(place)
        way(place, address)
        (run,) = [run for run in every_run(place.playground) if run.id not in {each.id for each in before}]
        assert (run.status, run.cost_usd, run.cost_kind) == ("finished", ONE, "billed"), way
        assert spent_of(place) - spent == ONE, way
        assert place.playground.budget.entry(run.id)[0] == "settled"  # type: ignore[index]
        found.append(pixels_of(place.playground, run))
    assert len(set(found)) == 1


def spent_of(scene: Scene) -> Decimal:
    return sum(scene.world.account.bills, Decimal(0))


def every_run(playground: Playground) -> list[Run]:
    return playground.store.read(select(runs))


def pixels_of(playground: Playground, run: Run) -> bytes:
    (image,) = run.images
    with Image.open(io.BytesIO(playground.files.read(image.sha256))) as picture:
        return picture.convert("RGB").tobytes()
