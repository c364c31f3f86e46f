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

from backend.adapters.fake import FakeBackend, FakeOptions, draw
from backend.adapters.job import Job
from backend.domain.events import Progress
from backend.domain.requests import Request, seeds
from backend.images.encoding import preview_jpeg
from backend.images.storage.files import ImageFiles
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.record.database.engine import open_database
from backend.record.store import Store
from backend.settings import Settings
from backend.visitors.identity import API, key_id
from tests.serving import Site, free_port, page_of
from tests.ui.endpoints.sdapi.asked import get, pixels, post

MOST_SECONDS = 60.0


class Held(FakeBackend):
    """Draws each image as soon as it is let, one at a time; until then it is at step 3 and can be stopped."""

    def __init__(self, files: ImageFiles) -> None:
        super().__init__(files)
        self.let = threading.Semaphore(0)
        self.drawing: list[int] = []

    def _take_time(self, request: Request, options: FakeOptions, index: int, job: Job) -> None:
        seed = seeds(request)[index]
        preview = preview_jpeg(draw(request, seed, (64, 64)))
        self.drawing.append(seed)
        try:
            while not self.let.acquire(timeout=0.02):
                job.tell(Progress(3, 8, preview, index))
        finally:
            self.drawing.remove(seed)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a playground whose images are drawn when they are let."""
    data = tmp_path_factory.mktemp("held")
    settings = Settings(_env_file=None, PLAYGROUND_DATA=data, PLAYGROUND_BACKEND="fake", GRADIO_SERVER_PORT=free_port())
    engine = open_database(settings.data)
    files = ImageFiles(settings.data / "images")
    fake = Held(files)
    playground = Playground(settings, {"fake": fake}, Store(engine), Budget(engine), files, "fake")
    with page_of(playground) as address:
        yield Site(address, playground, fake)
    engine.dispose()


@pytest.fixture
def held(served: Site) -> Site:
    """Return the playground with nothing let yet, once what another test began is over."""
    assert isinstance(served.fake, Held)
    until(lambda said: said["state"]["job_count"] == 0 and not drawn_now(served), served)
    served.fake.let = threading.Semaphore(0)
    return served


def let(site: Site, images: int) -> None:
    assert isinstance(site.fake, Held)
    site.fake.let.release(images)


@contextmanager
def asked(site: Site, **values: Any) -> Iterator["Future[httpx.Response]"]:
    """Send a body in a thread; by its end everything may be drawn."""
    with ThreadPoolExecutor(1) as pool:
        try:
            yield pool.submit(post, site, "txt2img", prompt="a red circle", **values)
        finally:
            let(site, 100)


def until(holds: Callable[[dict[str, Any]], Any], site: Site, query: str = "") -> dict[str, Any]:
    """Wait until the progress is so, and return it."""
    end = time.monotonic() + MOST_SECONDS
    while not holds(said := get(site, f"sdapi/v1/progress{query}")):
        assert time.monotonic() < end, said
        time.sleep(0.02)
    return dict(said)


def drawn_now(site: Site) -> list[int]:
    """Return the seeds of the images that are being drawn, be it for nobody any more."""
    assert isinstance(site.fake, Held)
    return list(site.fake.drawing)


def drawing(said: dict[str, Any]) -> bool:
    return bool(said["state"]["sampling_step"])


def test_progress_tells_steps_images_and_the_picture_so_far(held: Site) -> None:
    with asked(held, batch_size=2, force_task_id="task(mine)") as answer:
        said = until(drawing, held)
        assert said["progress"] == pytest.approx(3 / 8 / 2)
        state = said["state"]
        assert (state["job"], state["job_count"], state["job_no"]) == ("task(mine)", 2, 0)
        assert (state["sampling_step"], state["sampling_steps"]) == (3, 8)
        assert pixels(base64.b64decode(said["current_image"])).size == (64, 64)
        assert until(drawing, held, "?skip_current_image=true")["current_image"] is None
        let(held, 1)
        said = until(lambda said: said["state"]["job_no"] == 1, held)
        assert 0.5 <= said["progress"] < 1
    assert len(answer.result().json()["images"]) == 2


def test_with_nothing_going_on_the_counts_are_numbers_of_nought(held: Site) -> None:
    said = get(held, "sdapi/v1/progress")
    assert (said["progress"], said["state"]["job_count"], said["current_image"]) == (0, 0, None)


def test_interrupt_ends_it_and_what_is_drawn_comes(held: Site) -> None:
    with asked(held, batch_size=3, seed=5) as answer:
        until(drawing, held)
        let(held, 1)
        until(lambda said: said["state"]["job_no"] == 1, held)
        assert post(held, "interrupt").json() == {}
        told = answer.result(MOST_SECONDS).json()
    info = json.loads(told["info"])
    assert (len(told["images"]), info["all_seeds"]) == (1, [5])
    assert any("`interrupt`" in note for note in info["playground"]["notes"])


def test_interrupted_before_the_first_image_there_are_none_and_no_error(held: Site) -> None:
    before = len(held.playground.store.runs(API))
    with asked(held, n_iter=2) as answer:
        until(drawing, held)
        post(held, "interrupt")
        reply = answer.result(MOST_SECONDS)
    assert reply.status_code == 200
    assert reply.json()["images"] == []
    assert len(held.playground.store.runs(API)) == before + 1  # the second was never begun


def test_skip_ends_the_run_that_is_drawn_and_the_next_one_begins(held: Site) -> None:
    with asked(held, n_iter=3, seed=50) as answer:
        until(drawing, held)
        assert post(held, "skip").json() == {}
        until(lambda _: drawn_now(held) == [51], held)
        let(held, 2)
        info = json.loads(answer.result(MOST_SECONDS).json()["info"])
    assert info["all_seeds"] == [51, 52]


def test_nobody_sees_or_stops_anothers(held: Site) -> None:
    key = held.playground.api_keys.new("studio", Decimal(1))
    other = {"authorization": f"Bearer {key}"}
    with asked(held) as answer:
        until(drawing, held)
        said = httpx.get(f"{held.address}sdapi/v1/progress", headers=other, timeout=60).json()
        assert (said["state"]["job_count"], said["current_image"]) == (0, None)
        for path in ("interrupt", "skip"):
            assert httpx.post(f"{held.address}sdapi/v1/{path}", headers=other, timeout=60).json() == {}
        let(held, 1)
        assert len(answer.result(MOST_SECONDS).json()["images"]) == 1


def test_the_password_of_basic_authorization_may_be_a_key(held: Site) -> None:
    key = held.playground.api_keys.new("plug-in", Decimal(1))
    let(held, 1)
    answer = httpx.post(
        f"{held.address}sdapi/v1/txt2img", json={"prompt": "a red circle"}, auth=("anybody", key), timeout=60
    )
    assert answer.status_code == 200
    assert len(held.playground.store.runs(key_id(key))) == 1
