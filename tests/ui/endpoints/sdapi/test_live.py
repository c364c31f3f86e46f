"""What goes on for a caller: how far it is, and its end by `interrupt` or `skip`."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.visitors.identity import API, key_id
from tests.serving import Site
from tests.ui.endpoints.openai.asked import broken_line
from tests.ui.endpoints.sdapi.asked import get, pixels, post
from tests.ui.endpoints.sdapi.held import HeldSite, held_site
from tests.ui.endpoints.sdapi.sending import colour

MOST_SECONDS = 60.0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeldSite]:
    """Serve a playground whose images are drawn when they are let."""
    with held_site(tmp_path_factory.mktemp("held")) as site:
        yield site


@pytest.fixture
def held(served: HeldSite) -> HeldSite:
    """Return the playground with nothing let yet, once what another test began is over."""
    until(lambda said: said["state"]["job_count"] == 0 and not served.fake.drawing, served)
    served.fake.let = threading.Semaphore(0)
    return served


@contextmanager
def asked(site: HeldSite, **values: Any) -> Iterator["Future[httpx.Response]"]:
    """Send a body in a thread; by its end everything may be drawn."""
    with ThreadPoolExecutor(1) as pool:
        try:
            yield pool.submit(post, site, "txt2img", prompt="a red circle", **values)
        finally:
            site.fake.let.release(100)


def until(holds: Callable[[dict[str, Any]], Any], site: Site, query: str = "") -> dict[str, Any]:
    """Wait until the progress is so, and return it."""
    end = time.monotonic() + MOST_SECONDS
    while not holds(said := get(site, f"sdapi/v1/progress{query}")):
        assert time.monotonic() < end, said
        time.sleep(0.02)
    return dict(said)


def drawing(said: dict[str, Any]) -> bool:
    return bool(said["state"]["sampling_step"])


def test_progress_tells_steps_images_and_the_picture_so_far(held: HeldSite) -> None:
    with asked(held, batch_size=2, force_task_id="task(mine)") as answer:
        said = until(drawing, held)
        assert said["progress"] == pytest.approx(3 / 8 / 2)
        state = said["state"]
        assert (state["job"], state["job_count"], state["job_no"]) == ("task(mine)", 2, 0)
        assert (state["sampling_step"], state["sampling_steps"]) == (3, 8)
        assert pixels(base64.b64decode(said["current_image"])).size == (64, 64)
        assert until(drawing, held, "?skip_current_image=true")["current_image"] is None
        held.fake.let.release()
        said = until(lambda said: said["state"]["job_no"] == 1, held)
        assert 0.5 <= said["progress"] < 1
    assert len(answer.result().json()["images"]) == 2


def test_with_nothing_going_on_the_counts_are_numbers_of_nought(held: HeldSite) -> None:
    said = get(held, "sdapi/v1/progress")
    assert (said["progress"], said["state"]["job_count"], said["current_image"]) == (0, 0, None)


def test_interrupt_ends_it_and_what_is_drawn_comes(held: HeldSite) -> None:
    with asked(held, batch_size=3, seed=5) as answer:
        until(drawing, held)
        held.fake.let.release()
        until(lambda said: said["state"]["job_no"] == 1, held)
        assert post(held, "interrupt").json() == {}
        told = answer.result(MOST_SECONDS).json()
    info = json.loads(told["info"])
    assert (len(told["images"]), info["all_seeds"]) == (1, [5])
    assert any("`interrupt`" in note for note in info["playground"]["notes"])


def test_interrupted_before_the_first_image_there_are_none_and_no_error(held: HeldSite) -> None:
    before = len(held.playground.store.runs(API))
    with asked(held, n_iter=2) as answer:
        until(drawing, held)
        post(held, "interrupt")
        reply = answer.result(MOST_SECONDS)
    assert reply.status_code == 200
    assert reply.json()["images"] == []
    assert len(held.playground.store.runs(API)) == before + 1  # the second was never begun


def test_interrupt_ends_an_enlargement_of_several_and_what_is_made_comes(held: HeldSite) -> None:
    pictures = [{"data": colour(size=(64, 48))}, {"data": colour(size=(48, 64))}]
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(post, held, "extra-batch-images", imageList=pictures)
        until(drawing, held)
        held.fake.let.release()
        until(lambda said: said["state"]["job_no"] == 1 and drawing(said), held)
        post(held, "interrupt")
        reply = answer.result(MOST_SECONDS)
    told = reply.json()
    assert [pixels(base64.b64decode(image)).size for image in told["images"]] == [(128, 96)]
    assert "`interrupt`" in told["html_info"]
    assert (reply.headers["x-playground-cost-usd"], reply.headers["x-playground-cost-kind"]) == ("0", "free")


def test_skip_ends_the_run_that_is_drawn_and_the_next_one_begins(held: HeldSite) -> None:
    with asked(held, n_iter=3, seed=50) as answer:
        until(drawing, held)
        assert post(held, "skip").json() == {}
        until(lambda _: held.fake.drawing == [51], held)
        held.fake.let.release(2)
        info = json.loads(answer.result(MOST_SECONDS).json()["info"])
    assert info["all_seeds"] == [51, 52]


def test_nobody_sees_or_stops_anothers(held: HeldSite) -> None:
    key = held.playground.api_keys.new("studio", Decimal(1))
    other = {"authorization": f"Bearer {key}"}
    with asked(held) as answer:
        until(drawing, held)
        said = httpx.get(f"{held.address}sdapi/v1/progress", headers=other, timeout=60).json()
        assert (said["state"]["job_count"], said["current_image"]) == (0, None)
        for path in ("interrupt", "skip"):
            assert httpx.post(f"{held.address}sdapi/v1/{path}", headers=other, timeout=60).json() == {}
        held.fake.let.release()
        assert len(answer.result(MOST_SECONDS).json()["images"]) == 1


def test_the_password_of_basic_authorization_may_be_a_key(held: HeldSite) -> None:
    key = held.playground.api_keys.new("plug-in", Decimal(1))
    held.fake.let.release()
    answer = httpx.post(
        f"{held.address}sdapi/v1/txt2img", json={"prompt": "a red circle"}, auth=("anybody", key), timeout=60
    )
    assert answer.status_code == 200
    assert len(held.playground.store.runs(key_id(key))) == 1


def test_what_a_provider_has_accepted_is_brought_home_after_interrupt(held: HeldSite) -> None:
    with asked(held, playground={"options": {"provider": True}}, seed=90) as answer:
        until(drawing, held)
        post(held, "interrupt")
        told = answer.result(MOST_SECONDS).json()
        info = json.loads(told["info"])
        assert (told["images"], info["playground"]["cost_kind"]) == ([], "unknown")
        assert any("may be billed" in note for note in info["playground"]["notes"])
    run_id = info["playground"]["run_id"]
    until(lambda _: held.playground.store.run(run_id).status == "finished", held)
    run = held.playground.store.run(run_id)
    assert [image.seed for image in run.images] == [90]
    assert run.cost_usd == Decimal("0.0013")


def test_an_answer_that_was_lost_is_given_to_the_next_equal_request(held: HeldSite) -> None:
    body = {"prompt": "a lost circle", "playground": {"options": {"provider": True}}}
    with broken_line(held, "sdapi/v1/txt2img", json.dumps(body).encode()):
        until(drawing, held)
    held.fake.let.release()
    (run,) = (run for run in held.playground.store.runs(API, limit=100) if run.request.prompt == "a lost circle")
    until(lambda _: held.playground.store.run(run.id).status == "finished", held)
    answer = httpx.post(f"{held.address}sdapi/v1/txt2img", json=body, timeout=60)
    assert json.loads(answer.json()["info"])["playground"]["run_id"] == run.id
    assert held.fake.submissions.count("a lost circle") == 1
