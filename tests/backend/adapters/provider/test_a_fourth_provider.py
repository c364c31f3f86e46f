"""A provider that only its own file, its facts and a line of the registry know of, through all that a run does."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from pydantic import SecretStr, create_model

from app import secrets_of
from backend.adapters.provider.backend import line_to
from backend.adapters.registry import BACKENDS
from backend.domain.caller import Caller
from backend.domain.events import Failed, Finished, Generated
from backend.domain.providers import FACTS
from backend.domain.records import Run, RunImage
from backend.domain.requests import parse_request
from backend.export.programs import HERE, programs
from backend.generation.generate import generate
from backend.library.recipe_links import pack, unpack
from backend.playground import Playground
from backend.record.exchange_log import load_exchanges
from backend.settings import Settings, provider_fields
from backend.visitors.redaction import hide
from tests.backend.adapters.provider import fourth
from tests.opened import opened
from tests.serving import free_port, page_of
from tests.ui.serving.test_caller import request_of
from ui.head.own_key import OwnKeys, key_area
from ui.serving.caller import caller_of

SERVERS, OWN = "canary-of-the-server", "canary-of-a-visitor"
REQUEST = parse_request({"mode": "text_to_image", "prompt": "a fox", "seed": 7, "count": 2})
IMAGE = RunImage(0, "a" * 64, "png", 256, 256, 7, None)


@dataclass(frozen=True)
class Page:
    """The playground with the fourth provider, and a script's client of its page."""

    playground: Playground
    client: Client


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Serve a playground that was told of the fourth provider by its facts and a line of the registry."""
    data, downloads = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("downloads")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(FACTS, "fourth", fourth.FOURTH)
        patch.setitem(BACKENDS, "fourth", f"{fourth.__name__}:build")
        patch.setenv("FOURTH_KEY", SERVERS)
        given: dict[str, Any] = {"PLAYGROUND_DATA": data, "GRADIO_SERVER_PORT": free_port(), "PLAYGROUND_MODEL": "tiny"}
        told = create_model("Told", __base__=Settings, **provider_fields([fourth.FOURTH]))
        with opened(told(_env_file=None, **given)) as playground, page_of(playground) as address:
            yield Page(playground, Client(address, verbose=False, download_files=downloads))


def sent_keys() -> list[str]:
    keys = [request.headers["authorization"].removeprefix("Bearer ") for request in fourth.ASKED]
    fourth.ASKED.clear()
    return keys


def test_it_is_small() -> None:
    lines = Path(fourth.__file__).read_text(encoding="utf-8").splitlines()
    assert sum(bool(line.strip()) for line in lines) <= 56


def test_the_page_offers_it_and_its_key_row(page: Page) -> None:
    parts = {part["props"].get("elem_id"): part["props"] for part in page.client.config["components"]}
    assert ["Fourth", "fourth"] in parts["backend"]["choices"]
    assert (page.playground.default, parts["own-key"]["visible"]) == ("fourth", True)
    assert SERVERS not in repr(page.client.config)
    (told,) = (one for one in page.client.predict(api_name="/backends") if one["name"] == "fourth")
    assert (told["label"], told["ready"], told["modes"]) == ("Fourth", True, ["text_to_image"])


def test_a_script_sees_its_estimate_and_then_its_bill(page: Page) -> None:
    estimate = page.client.predict(prompt="a fox", count=2, backend="fourth", api_name="/estimate")
    assert (estimate["likely_usd"], estimate["free"]) == (0.02, False)
    sent_keys()
    images, run = page.client.predict(prompt="a fox", seed=7, count=2, backend="fourth", api_name="/text_to_image")
    assert sent_keys() == [SERVERS, SERVERS]
    assert (len(images), run["seeds"], run["cost_usd"], run["cost_kind"]) == (2, [7, 8], 0.024, "billed")


def test_what_it_lacks_is_refused_before_it_is_asked(page: Page) -> None:
    sent_keys()
    with pytest.raises(AppError, match="`negative_prompt`: is 'red', which this backend doesn't take"):
        page.client.predict(prompt="a fox", negative_prompt="red", backend="fourth", api_name="/text_to_image")
    assert sent_keys() == []


def test_a_visitors_own_key_pays_and_no_log_shows_either(page: Page) -> None:
    playground, request = page.playground, request_of()
    with gr.Blocks():
        area = key_area(playground.choose("fourth"))
    keys = OwnKeys(playground, area)
    keys.keep(OWN, "fourth", request)
    assert "Fourth" in keys.show("fourth", request)[area.note]
    sent_keys()
    *_, last = generate(playground, caller_of(playground, request), "fourth", REQUEST)
    assert isinstance(last, Finished)
    assert sent_keys() == [OWN, OWN]
    assert last.run.provider_ids["own_key"] is True
    secrets = secrets_of(playground.settings, playground)
    assert hide(f"{SERVERS} {OWN}", secrets) == "[key] [key]"
    keys.forget("fourth", request)


def test_without_a_key_it_says_where_one_comes_from(page: Page) -> None:
    keyless = page.playground.settings.model_copy(update={"fourth_key": None})
    backend = fourth.build(keyless, page.playground.files)
    assert "set `FOURTH_KEY` in `.env`" in str(backend.missing(Caller("visitor-1")))
    assert backend.missing(Caller("visitor-1", keys={"fourth": SecretStr(OWN)})) is None


@pytest.mark.parametrize(("status", "billed"), [(402, "no"), (502, "unknown")])
def test_what_an_order_may_have_cost_is_said_though_nothing_of_it_is_its_own(
    page: Page, status: int, billed: str
) -> None:
    backend = fourth.build(page.playground.settings, page.playground.files)
    backend.line = line_to(
        fourth.FOURTH, page.playground.settings, httpx.MockTransport(lambda _: httpx.Response(status))
    )
    playground = replace(page.playground, backends={"fourth": backend})
    *_, last = generate(playground, Caller(f"visitor-{status}"), "fourth", REQUEST)
    assert isinstance(last, Failed)
    assert (last.error.billed, last.error.details["status"]) == (billed, status)


def test_stop_orders_nothing_more_and_keeps_what_was_paid(page: Page) -> None:
    ordered, left = threading.Semaphore(0), threading.Event()

    def slow(request: httpx.Request) -> httpx.Response:
        ordered.release()
        if json.loads(request.content)["seed"] > REQUEST.seed:
            assert left.wait(60)
        return fourth.answer(request)

    backend = fourth.build(page.playground.settings, page.playground.files)
    backend.line = line_to(fourth.FOURTH, page.playground.settings, httpx.MockTransport(slow))
    playground = replace(page.playground, backends={"fourth": backend})
    events = generate(playground, Caller("visitor-who-stops"), "fourth", REQUEST.model_copy(update={"count": 4}))
    assert any(isinstance(event, Generated) for event in events)
    assert all(ordered.acquire(timeout=60) for _ in range(2))
    events.close()  # type: ignore[attr-defined]
    left.set()
    for thread in threading.enumerate():
        if thread.name == "run":
            thread.join(60)
    (run,) = playground.store.runs("visitor-who-stops")
    assert (run.status, [image.seed for image in run.images], run.cost_usd) == ("cancelled", [7, 8], Decimal("0.024"))
    assert not ordered.acquire(blocking=False)


def test_its_run_is_recorded_and_can_be_made_again(page: Page) -> None:
    *_, last = generate(page.playground, Caller("visitor-2"), "fourth", REQUEST)
    assert isinstance(last, Finished)
    run = page.playground.store.run(last.run.id)
    assert (run.backend, run.status, run.cost_usd) == ("fourth", "finished", Decimal("0.024"))
    assert unpack(pack(run.request)).recipe["seed"] == 7
    picture = page.client.predict(
        handle_file(page.playground.files.path(run.images[1].sha256)), api_name="/read_metadata"
    )
    assert (picture["request"]["prompt"], picture["request"]["seed"]) == ("a fox", 8)
    exchanges = load_exchanges(page.playground.store.engine, run.id)
    found = dict(programs(run, run.images[0], exchanges, backend=None, address="http://127.0.0.1:7860"))
    assert found["curl"].startswith('curl https://a.test/images -H "Authorization: Bearer $FOURTH_KEY"')
    assert 'backend="fourth"' in found[HERE]
    assert SERVERS not in repr(found) + repr(exchanges)


def test_a_provider_without_programs_says_so(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(fourth, "write_programs")
    run = Run("0" * 32, "me", "fourth", REQUEST, "finished", datetime.now(UTC), (IMAGE,))
    found = dict(programs(run, IMAGE, (), backend=None, address="http://127.0.0.1:7860"))
    assert found["Fourth's own API"].startswith("# There is no program for Fourth")
