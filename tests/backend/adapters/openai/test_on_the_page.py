"""Two servers of OpenAI's form in the switch: through the page's API, in a comparison, and when one of them goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from backend.domain.caller import Caller
from backend.experiments.compare import compare, contenders, price
from backend.generation.generate import generate
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles
from backend.library.recipe_links import pack, unpack
from backend.playground import Playground
from backend.settings import Settings
from backend.simulator.artist import FlatArtist
from backend.simulator.faults import Habits
from backend.simulator.server import running
from backend.simulator.world import KEY, World
from tests.backend.adapters.openai.scene import ME, fox, price_file
from tests.opened import opened
from tests.serving import free_port, page_of
from ui.head.header import state_html
from ui.head.ways_out import other_html

PNG = encode(Image.new("RGB", (128, 128), "navy"), "png")
NAMES = ("openai-fast", "openai-cloud")


@dataclass(frozen=True)
class Page:
    """A served playground of two servers, a script's client of it, and the worlds behind them."""

    playground: Playground
    client: Client
    fast: World
    cloud: World


def settings_of(data: Path, fast: str, cloud: str, **more: Any) -> Settings:
    given: dict[str, Any] = {
        "PLAYGROUND_DATA": data,
        "PLAYGROUND_MODEL": "tiny",
        "GRADIO_SERVER_PORT": free_port(),
        "PLAYGROUND_OPENAI_SERVERS": "fast,cloud",
        "PLAYGROUND_OPENAI_FAST_BASE_URL": f"{fast}/v1",
        "PLAYGROUND_OPENAI_FAST_API_KEY": KEY,
        "PLAYGROUND_OPENAI_CLOUD_BASE_URL": f"{cloud}/v1",
        "PLAYGROUND_OPENAI_CLOUD_API_KEY": KEY,
        "PLAYGROUND_OPENAI_CLOUD_PRICES": price_file(data.parent),
        **more,
    }
    return Settings(_env_file=None, **given)


def world_in(folder: Path, **habits: Any) -> World:
    files = ImageFiles(folder)
    return World(FlatArtist(files), files, habits=Habits(**habits))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder, downloads = tmp_path_factory.mktemp("page"), tmp_path_factory.mktemp("downloads")
    fast, cloud = world_in(folder / "fast", edits=False), world_in(folder / "cloud")
    with running(fast) as near, running(cloud) as far:
        settings = settings_of(folder / "data", near, far)
        with opened(settings) as playground, page_of(playground) as address:
            yield Page(playground, Client(address, verbose=False, download_files=downloads), fast, cloud)


def test_the_switch_offers_both_by_their_names(page: Page) -> None:
    parts = {part["props"].get("elem_id"): part["props"] for part in page.client.config["components"]}
    assert parts["backend"]["choices"][-2:] == [["fast", "openai-fast"], ["cloud", "openai-cloud"]]
    assert KEY not in repr(page.client.config)
    told = {one["name"]: one for one in page.client.predict(api_name="/backends")}
    assert told["openai-fast"]["modes"] == ["text_to_image"]
    assert told["openai-cloud"]["modes"] == ["text_to_image", "image_to_image", "inpaint"]
    assert page.playground.default == "openai-fast"


def test_a_script_sees_price_seed_and_what_is_not_known(page: Page) -> None:
    estimate = page.client.predict(prompt="a fox", width=128, height=128, backend="openai-cloud", api_name="/estimate")
    assert (estimate["likely_usd"], estimate["free"]) == (0.001, False)
    unknown = page.client.predict(prompt="a fox", backend="openai-fast", api_name="/estimate")
    assert (unknown["likely_usd"], unknown["free"]) == (None, False)
    given = {"prompt": "a fox", "seed": 7, "width": 128, "height": 128, "api_name": "/text_to_image"}
    images, run = page.client.predict(backend="openai-cloud", **given)
    assert (run["cost_usd"], run["cost_kind"], run["seeds"]) == (0.001, "estimated", [None])
    assert run["images"][0]["sent_seed"] == 7
    read = page.client.predict(handle_file(images[0]), api_name="/read_metadata")
    assert (read["request"]["prompt"], read["request"]["seed"]) == ("a fox", 7)
    _, run = page.client.predict(backend="openai-fast", **given)
    assert (run["cost_usd"], run["cost_kind"]) == (None, "unknown")


def test_what_neither_can_do_is_refused_with_the_way_to_who_can(page: Page) -> None:
    fast, cloud = (page.playground.choose(name) for name in NAMES)
    picture = handle_file(str(page.playground.files.path(page.playground.files.put(PNG, "png"))))
    given = {"prompt": "a fox", "image": picture, "backend": "openai-cloud", "api_name": "/controlnet"}
    with pytest.raises(AppError, match="ControlNet isn't offered by this backend, which does Text to image"):
        page.client.predict(**given)
    assert "fast doesn&#39;t do ControlNet." in state_html(fast, Caller(visitor=ME), "controlnet")
    assert "cloud doesn&#39;t do Outpaint." in state_html(cloud, Caller(visitor=ME), "outpaint")
    assert 'data-way="local"' in other_html(page.playground, Caller(visitor=ME), "controlnet")


def test_both_are_compared_each_with_its_own_order_and_price(page: Page) -> None:
    before = len(page.fast.account.bills), len(page.cloud.account.bills)
    me = Caller(visitor=ME)
    both = contenders(page.playground, me, fox(), chosen="openai-fast", names=NAMES)
    assert [one.backend for one in both if one.requests] == [*NAMES]
    assert price(both).likely is None
    assert [key for key, _ in compare(page.playground, me, both)]
    assert (len(page.fast.account.bills), len(page.cloud.account.bills)) == (before[0] + 1, before[1] + 1)
    kinds = {run.backend: run.cost_kind for run in page.playground.store.runs(ME)}
    assert kinds == {"openai-fast": "unknown", "openai-cloud": "estimated"}


def test_a_run_of_a_server_that_is_gone_is_shown_and_can_be_made_elsewhere(tmp_path: Path) -> None:
    world = world_in(tmp_path / "world")
    with running(world) as address:
        with opened(settings_of(tmp_path / "data", address, address)) as playground:
            for _ in generate(playground, Caller(visitor=ME), "openai-cloud", fox()):
                pass
        settings = settings_of(tmp_path / "data", address, address, PLAYGROUND_OPENAI_SERVERS="fast")
        with opened(settings) as playground, page_of(playground) as page:
            (run,) = playground.store.runs(ME)
            known = "openai-cloud" in playground.backends
            assert (run.backend, run.status, known) == ("openai-cloud", "finished", False)
            assert unpack(pack(run.request)).recipe["prompt"] == "a fox"
            client = Client(page, verbose=False, download_files=tmp_path)
            with pytest.raises(AppError, match="is 'openai-cloud'; choose one of auto, local"):
                client.predict(prompt="a fox", backend="openai-cloud", api_name="/text_to_image")
