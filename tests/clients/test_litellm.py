"""litellm between this playground and a server of OpenAI's form, and between a client and a playground."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from backend.domain.caller import Caller
from backend.images.storage.files import ImageFiles
from backend.simulator.artist import FlatArtist
from backend.simulator.faults import Fault
from backend.simulator.server import running
from backend.simulator.world import KEY, World
from backend.visitors.identity import API
from tests.backend.adapters.openai.scene import EDIT, MAKE, ME, Scene, fox, price_file, scene_of
from tests.clients.proxies import KEY as PROXYS_KEY
from tests.clients.proxies import litellm_before
from tests.serving import Site, served_site

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
SIMULATED, PLAYGROUND = "simulated", "playground"
ONCE = {"num_retries": 0}
"""What litellm has to be told so that it doesn't order again by itself."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    files = ImageFiles(tmp_path_factory.mktemp("simulator"))
    return World(FlatArtist(files), files)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a playground on the fake backend."""
    with served_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module")
def proxy(world: World, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run litellm before the simulator and the playground."""
    with running(world) as address:
        behind = ("auto", f"{site.address.rstrip('/')}/v1")
        servers = {SIMULATED: ("z-image-turbo", f"{address}/v1"), PLAYGROUND: behind}
        with litellm_before(servers, tmp_path_factory.mktemp("litellm"), key=KEY, **ONCE) as base:
            yield base


@pytest.fixture
def scene(world: World, proxy: str, tmp_path: Path) -> Iterator[Scene]:
    """Return a playground whose one server is litellm."""
    world.arrivals.clear()
    world.account.bills.clear()
    given = {
        "PLAYGROUND_OPENAI_BASE_URL": proxy,
        "PLAYGROUND_OPENAI_API_KEY": PROXYS_KEY,
        "PLAYGROUND_OPENAI_MODEL": SIMULATED,
        "PLAYGROUND_OPENAI_PRICES": price_file(tmp_path),
    }
    with scene_of(tmp_path, world, proxy, None, **given) as scene:
        yield scene


def test_an_order_comes_through_with_all_its_fields(scene: Scene) -> None:
    images, run = scene.draw(fox(steps=6, guidance=3.0, negative_prompt="rain"))
    (arrival,) = [each for each in scene.world.arrivals if each.operation == MAKE]
    asked = {name: arrival.body[name] for name in ("seed", "num_inference_steps", "guidance_scale", "negative_prompt")}
    assert asked == {"seed": 1, "num_inference_steps": 6, "guidance_scale": 3.0, "negative_prompt": "rain"}
    assert (run.cost_usd, run.cost_kind, images[0].seed) == (Decimal("0.001"), "estimated", None)
    assert len(scene.world.account.bills) == 1


def test_its_seeds_are_proven_through_it(scene: Scene) -> None:
    scene.draw(fox())
    images, _ = scene.draw(fox())
    assert images[0].seed == 1
    assert scene.backend.state(Caller(visitor=ME)).message == "Ready; seeds are proven"


def test_pictures_come_through_edits(scene: Scene) -> None:
    scene.draw(scene.redrawn(strength=0.5))
    scene.draw(scene.inpainted())
    first, second = [each.body for each in scene.world.arrivals if each.operation == EDIT]
    assert (first["strength"], "mask" in first, "mask" in second) == ("0.5", False, True)


def test_a_line_that_breaks_behind_it_is_one_order_and_may_have_been_billed(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="drop_after", operation=MAKE, times=9))
    error, run = scene.failed(fox())
    scene.world.faults.clear()
    assert (error.billed, run.cost_usd) == ("unknown", None)
    assert "may have been billed" in str(error)


def test_an_empty_answer_behind_it_is_no_picture(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="empty", operation=MAKE))
    error, _ = scene.failed(fox())
    assert (error.billed, len(scene.world.account.bills)) == ("unknown", 1)


def asked(base: str, **body: object) -> httpx.Response:
    return httpx.post(
        f"{base}/images/generations",
        json={"model": PLAYGROUND, "prompt": "a fox", "size": "128x128", **body},
        headers={"Authorization": f"Bearer {PROXYS_KEY}"},
        timeout=120,
        trust_env=False,
    )


def test_a_client_reaches_a_playground_through_it(proxy: str, site: Site) -> None:
    answer = asked(proxy, seed=7, n=2, num_inference_steps=3)
    assert len(answer.raise_for_status().json()["data"]) == 2
    (run,) = site.playground.store.runs(API)
    assert (run.request.seed, run.request.count, run.request.steps) == (7, 2, 3)


def test_what_a_playground_refuses_comes_through_once_with_its_reason(proxy: str, site: Site) -> None:
    before = len(site.playground.store.runs(API))
    answer = asked(proxy, num_inference_steps=999)
    assert answer.status_code == 400
    assert "num_inference_steps" in answer.text
    assert len(site.playground.store.runs(API)) == before


def test_a_playground_draws_on_a_second_one_through_it(proxy: str, site: Site, tmp_path: Path) -> None:
    given = {
        "PLAYGROUND_OPENAI_BASE_URL": proxy,
        "PLAYGROUND_OPENAI_API_KEY": PROXYS_KEY,
        "PLAYGROUND_OPENAI_MODEL": PLAYGROUND,
    }
    files = ImageFiles(tmp_path / "world")
    before = len(site.playground.store.runs(API))
    with scene_of(tmp_path, World(FlatArtist(files), files), proxy, None, **given) as scene:
        images, run = scene.draw(fox(seed=11))
    theirs, *_ = site.playground.store.runs(API)
    assert len(site.playground.store.runs(API)) == before + 1
    assert (theirs.request.seed, run.cost_usd, images[0].seed) == (11, None, None)
    assert scene.playground.files.path(run.images[0].original or "").stat().st_size > 0
