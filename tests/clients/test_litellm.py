"""litellm between this playground and a server of OpenAI's form, and between a client and a playground."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from PIL import Image

from backend.domain.caller import Caller
from backend.domain.errors import GenerationFailed, PlaygroundError, ProviderBusy, ProviderRefused
from backend.images.small_copy import small_copy
from backend.images.storage.files import ImageFiles
from backend.prompt_helper.asking import PICTURE_PIXELS
from backend.simulator.artist import FlatArtist
from backend.simulator.faults import Fault
from backend.simulator.server import running
from backend.simulator.world import KEY, World
from backend.visitors.identity import API
from tests.backend.adapters.openai.scene import EDIT, MAKE, ME, Scene, fox, price_file, scene_of
from tests.backend.prompt_helper.chat_server import BETTER
from tests.backend.prompt_helper.test_asking import ANNA, Desk, last
from tests.clients.proxies import KEY as PROXYS_KEY
from tests.clients.proxies import litellm_before
from tests.serving import Site, served_site

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
SIMULATED, PLAYGROUND = "simulated", "playground"
MOCKS = {
    "words": BETTER,
    "chinese": "雪地里熟睡的红狐狸，木牌上写着“OPEN”，清晨的光。",
    "thoughts": f"<think>They want a fox.</think>\n\n**Prompt:** {BETTER}",
    "full": "litellm.RateLimitError",
    "broken": "litellm.InternalServerError",
    "long": "litellm.ContextWindowExceededError",
}
"""What litellm answers for itself, by the names of its models."""
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
        with litellm_before(servers, tmp_path_factory.mktemp("litellm"), key=KEY, mocks=MOCKS, **ONCE) as base:
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


@pytest.fixture
def helper(proxy: str, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Return what makes a prompt helper that asks litellm for one of its mocks, on a page that others can reach."""
    made: list[Desk] = []

    def of(model: str, key: str = PROXYS_KEY) -> Desk:
        given = {"PLAYGROUND_LLM_BASE_URL": proxy, "PLAYGROUND_LLM_API_KEY": key, "PLAYGROUND_LLM_MODEL": model}
        given |= {"PLAYGROUND_LLM_USD_PER_MILLION": "10,10", "GRADIO_SHARE": True}
        made.append(Desk(tmp_path / f"{model}-{len(made)}", **given))
        return made[-1]

    yield of
    for desk in made:
        desk.engine.dispose()


def test_a_prompt_is_worded_better_through_it_and_its_own_bill_counts(helper: Callable[..., Desk]) -> None:
    desk = helper("words")
    found = desk.enhance('a red fox, sign "OPEN"')
    assert (found.text, found.put_back) == (f'{BETTER} The picture shows the words "OPEN".', ('"OPEN"',))
    assert (found.model, found.other_language, found.cut) == ("words", False, False)
    assert found.cost.kind == "billed", "x-litellm-response-cost"
    assert found.cost.usd
    assert [(state, settled) for state, _, settled in desk.spent()] == [("settled", found.cost.usd)]
    assert helper("thoughts").enhance("a red fox").text == BETTER


def test_a_chinese_prompt_is_answered_in_chinese_through_it(helper: Callable[..., Desk]) -> None:
    found = helper("chinese").enhance("雪地里的红狐狸 “OPEN”")
    assert (found.text, found.put_back, found.added, found.other_language) == (MOCKS["chinese"], (), (), False)
    assert helper("words").enhance("雪地里的红狐狸").other_language


def test_a_picture_is_described_through_it(helper: Callable[..., Desk]) -> None:
    picture = small_copy(Image.linear_gradient("L").resize((1600, 900)).convert("RGB"), PICTURE_PIXELS)
    found = last(helper("words").helper.describe(ANNA, lambda: picture, "zh"))
    assert (found.text, found.before, found.cost.kind) == (BETTER, "", "billed")


@pytest.mark.parametrize(
    ("model", "kind", "said", "state"),
    [
        ("full", ProviderBusy, "no room just now .status 429", "released"),
        ("broken", GenerationFailed, "failed .status 500", "held"),
        ("long", ProviderRefused, "refuses this .status 400", "released"),
        ("nobody", ProviderRefused, "perhaps no model is set", "released"),
    ],
)
def test_its_errors_are_sentences_and_what_may_have_been_billed_stays_set_aside(
    helper: Callable[..., Desk], model: str, kind: type[PlaygroundError], said: str, state: str
) -> None:
    desk = helper(model)
    with pytest.raises(kind, match=said):
        desk.enhance("a red fox")
    assert [entry[0] for entry in desk.spent()] == [state]


def test_a_key_that_it_doesnt_know_is_a_sentence_without_the_key(helper: Callable[..., Desk]) -> None:
    wrong = "sk-another-one-of-litellm"
    with pytest.raises(PlaygroundError, match="refuses") as raised:
        helper("words", wrong).enhance("a red fox")
    assert wrong not in str(raised.value)
