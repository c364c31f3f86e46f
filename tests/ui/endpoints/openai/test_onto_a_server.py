"""Programs that draw on a server of OpenAI's form through this playground: both ends of the form, and the bills."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.domain.records import Run
from backend.simulator.faults import Fault
from backend.visitors.identity import API, key_id
from tests.backend.adapters.openai.scene import EDIT, MAKE, Scene, openai_scene
from tests.serving import Site, free_port, page_of
from tests.ui.endpoints.openai.asked import EDITS, ask, made, refused, runs_of
from tests.ui.endpoints.openai.test_images import PICTURE, mask
from tests.ui.endpoints.sdapi.asked import post
from tests.ui.endpoints.sdapi.asked import refused as refused_there

AGAIN = {"x-stainless-retry-count": "1"}


@dataclass(frozen=True)
class Between:
    """A served playground, the server behind it, and how many orders that had had before a test."""

    scene: Scene
    site: Site
    before: int = 0

    @property
    def arrived(self) -> int:
        """Return how many orders the server has had."""
        return len([each for each in self.scene.world.arrivals if each.operation in (MAKE, EDIT)])

    @property
    def orders(self) -> int:
        """Return how many of them are this test's."""
        return self.arrived - self.before

    def fails(self, kind: str, **values: Any) -> None:
        """Let something go wrong at the next order."""
        self.scene.world.faults.add(Fault(**{"kind": kind, "operation": MAKE, **values}))

    def ask(self, **values: Any) -> httpx.Response:
        """Send a small order."""
        return ask(self.site, **{"size": "128x128", "seed": 1, **values})

    def runs(self, prompt: str, visitor: str = API) -> list[Run]:
        """Return a visitor's runs of a prompt, newest first."""
        return runs_of(self.site, prompt, visitor)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Between]:
    folder = tmp_path_factory.mktemp("between")
    with openai_scene(folder, GRADIO_SERVER_PORT=free_port()) as scene, page_of(scene.playground) as address:
        yield Between(scene, Site(address, scene.playground, None))  # type: ignore[arg-type]


@pytest.fixture
def between(served: Between) -> Between:
    served.scene.world.faults.clear()
    served.scene.backend._refused.clear()
    return replace(served, before=served.arrived)


def test_its_price_is_an_estimate_and_its_seed_nobodys_until_it_is_proven(between: Between) -> None:
    first, second = (between.ask(prompt="a proven fox") for _ in range(2))
    assert made(first)["playground"]["cost_kind"] == "estimated"
    assert first.headers["x-playground-cost-usd"] == "0.001"
    assert [each.headers["x-playground-seed"] for each in (first, second)] == ["unknown", "1"]
    assert between.orders == 2


def test_a_field_that_it_refuses_is_named_as_the_program_calls_it(between: Between) -> None:
    between.fails("unknown_parameter", code="num_inference_steps")
    error = refused(between.ask(num_inference_steps=4), 400)
    assert (error["param"], error["code"]) == ("num_inference_steps", "refused_by_provider")
    assert error["playground"]["billed"] == "no"
    between.fails("unknown_parameter", code="guidance_scale")
    assert refused(between.ask(true_cfg_scale=2), 400)["param"] == "true_cfg_scale"


@pytest.mark.parametrize("kind", ["drop_after", "empty", "gateway"])
def test_what_was_lost_behind_it_is_ordered_once_however_often_it_is_asked_for(between: Between, kind: str) -> None:
    between.fails(kind, status=502)
    prompt = f"a fox lost to {kind}"
    lost = refused(between.ask(prompt=prompt), 424)["playground"]
    assert lost["billed"] == "unknown"
    for _ in range(2):
        assert refused(between.ask(prompt=prompt, headers=AGAIN), 424)["playground"] == lost
    assert between.orders == 1
    assert [run.id for run in between.runs(prompt)] == lost["run_ids"]


def test_an_edit_that_was_lost_is_ordered_once_too(between: Between) -> None:
    between.fails("drop_after", operation=EDIT)
    parts, mark = {"image": PICTURE, "mask": mask()}, {"idempotency-key": "of a lost edit"}
    tries = [
        httpx.post(f"{between.site.address}{EDITS}", data={"prompt": "a fox"}, files=parts, headers=mark, timeout=60)
        for _ in range(3)
    ]
    assert len({refused(each, 424)["playground"]["run_ids"][0] for each in tries}) == 1
    assert between.orders == 1


def test_of_several_images_those_before_a_loss_are_the_answer_and_nothing_more_is_ordered(between: Between) -> None:
    between.fails("slow")  # The first is only late.
    between.fails("drop_after")
    asked: dict[str, Any] = {"n": 3, "headers": AGAIN, "prompt": "three foxes"}
    found = made(between.ask(**asked))
    assert (len(found["data"]), found["playground"]["status"]) == (1, "partial")
    assert "may still be billed" in found["playground"]["error"]
    again = made(between.ask(**asked))
    assert again["playground"]["run_id"] == found["playground"]["run_id"]
    assert between.orders == 2


def test_a_keys_cap_counts_what_may_have_been_billed_and_retries_count_for_nothing(between: Between) -> None:
    keys = between.site.playground.api_keys
    key = keys.new("chat", Decimal("0.002"))
    head = {"authorization": f"Bearer {key}"}
    between.fails("drop_after")
    assert refused(between.ask(prompt="one", headers=head), 424)
    assert refused(between.ask(prompt="one", headers=head | AGAIN), 424)
    assert made(between.ask(prompt="two", headers=head))
    assert made(between.ask(prompt="two", headers=head | AGAIN))
    over = between.ask(prompt="three", headers=head)
    assert refused(over, 402)["code"] == "spend_cap_reached"
    assert made(between.ask(prompt="two", headers=head | AGAIN))
    assert between.orders == 2
    assert len(between.site.playground.store.runs(key_id(key))) == 2


def test_an_account_that_is_empty_is_told_by_our_code_over_both_doors(between: Between) -> None:
    between.fails("status", status=402, times=2)
    error = refused(between.ask(), 402)
    assert (error["code"], error["playground"]["billed"]) == ("insufficient_credit", "no")
    answer = post(between.site, "txt2img", prompt="a fox", width=128, height=128)
    assert "no credit" in refused_there(answer, 402)
    assert answer.json()["error"] == "insufficient_credit"
