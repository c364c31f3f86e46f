"""Runs that were cut short, finished from their ids on disk; nothing is submitted a second time."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr

from backend.adapters.job import Charged, Heard, Noted, Told, Waiter
from backend.adapters.runware.mapping import Inlaid, to_task
from backend.adapters.runware.options import RunwareOptions
from backend.adapters.runware.service import new_uuid
from backend.domain.caller import Caller
from backend.domain.events import Failed, Generated
from backend.domain.records import Run
from backend.domain.requests import ControlNet, Inpaint, Request, TextToImage, seeds
from backend.generation.generate import collect
from backend.images.encoding import encode
from backend.simulator.faults import Fault
from backend.simulator.world import KEY
from tests.backend.adapters.runware.scene import INFER, ONE, PREPROCESS, Scene, fox
from tests.backend.crashing import Crash, Disk

ME = Caller(visitor="visitor-1")


def test_an_image_that_could_not_be_fetched_is_recovered_later(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="gone", operation="media"))
    _, run = scene.draw(fox(2))
    assert [open.id for open in scene.playground.history.recoverable("visitor-1")] == [run.id]
    list(collect(scene.playground, ME, scene.playground.store.run(run.id)))
    run = scene.playground.store.run(run.id)
    assert sorted(image.index for image in run.images) == [0, 1]
    assert (run.status, run.cost_usd) == ("finished", 2 * ONE)
    assert scene.world.account.bills == 2 * [ONE]


@pytest.mark.parametrize("delivery", ["sync", "async"])
def test_a_run_that_a_crash_left_is_collected_without_a_new_order(scene: Scene, delivery: str) -> None:
    left = crashed(scene, fox(2, delivery=delivery))
    list(collect(scene.playground, ME, left))
    run = scene.playground.store.run(left.id)
    assert (run.status, len(run.images), run.cost_usd) == ("finished", 2, 2 * ONE)
    assert scene.world.count(INFER) == 2


def test_a_collected_inpainting_is_put_together_like_any_other(scene: Scene) -> None:
    original, mask = Image.new("RGB", (128, 128), "navy"), Image.new("RGB", (128, 128))
    mask.paste("white", (0, 0, 64, 128))
    image, painted = (scene.playground.files.put(encode(one, "png"), "png") for one in (original, mask))
    scene.world.faults.add(Fault(kind="gone", operation="media"))
    _, run = scene.draw(Inpaint(prompt="a fox", image=image, mask=painted, seed=1))
    assert run.images == ()
    list(collect(scene.playground, ME, run))
    (made,) = scene.playground.store.run(run.id).images
    with Image.open(scene.playground.files.path(made.sha256)) as picture:
        assert picture.getpixel((100, 64)) == (0, 0, 128)
        assert picture.getpixel((10, 64)) != (0, 0, 128)


def test_a_run_that_never_left_before_the_crash_is_found_out(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="drop", operation=INFER, times=9))
    _, run = scene.failed(fox())
    events = list(collect(scene.playground, ME, run))
    assert isinstance(events[-1], Failed)
    assert "knows nothing of this run" in str(events[-1].error)
    assert events[-1].error.billed == "unknown"


def test_a_run_on_a_visitors_own_key_is_not_collected_with_the_servers(scene: Scene) -> None:
    left = crashed(scene, fox(), own_key=True)
    events = list(collect(scene.playground, ME, left))
    assert isinstance(events[-1], Failed)
    assert "paste it again" in str(events[-1].error)
    assert events[-1].error.billed == "unknown"


def crashed(scene: Scene, request: TextToImage, *, own_key: bool = False) -> Run:
    """Return a run as a crash after the order left it: the tasks done there, no image here."""
    options = RunwareOptions.model_validate(request.options)
    ids = [new_uuid() for _ in seeds(request)]
    tasks = [
        to_task(request, options, Inlaid(size=(128, 128)), task_uuid=one, seed=seed)
        for one, seed in zip(ids, seeds(request), strict=True)
    ]
    scene.runware.service.submit(tasks, SecretStr(KEY), waiter=Waiter(Heard()))
    return opened(scene, request, {"tasks": ids, "delivery": options.delivery, "own_key": own_key})


def opened(scene: Scene, request: Request, known: Mapping[str, Any] = MappingProxyType({})) -> Run:
    """Return a run that the door has opened, and of which the disk knows these ids."""
    now = datetime.now(UTC)
    run = Run("run-1", "visitor-1", "runware", request, "running", now, estimate_usd=ONE, provider_ids=dict(known))
    with scene.playground.budget.transaction() as connection:
        scene.playground.budget.reserve(run, ONE, connection=connection)
        scene.playground.store.add(run, connection=connection)
    return run


@pytest.fixture
def guided(scene: Scene) -> Run:
    """Return an open run that needs a control picture of Runware's."""
    image = scene.playground.files.put(encode(Image.new("RGB", (128, 128), "white"), "png"), "png")
    request = ControlNet(prompt="a box", image=image, preprocess="depth", seed=1)
    return opened(scene, request)


@pytest.mark.parametrize(
    ("kind", "nth", "bought", "ordered", "status", "billed", "cost"),
    [
        pytest.param(Noted, 1, 0, 0, "failed", "unknown", None, id="before the map is ordered"),
        pytest.param(Charged, 1, 1, 0, "failed", "yes", ONE, id="before the map's bill is noted"),
        pytest.param(Noted, 2, 1, 0, "failed", "yes", ONE, id="before the image is noted"),
        pytest.param(Noted, 3, 1, 0, "failed", "unknown", None, id="before the image is ordered"),
        pytest.param(Noted, 4, 1, 1, "finished", None, 2 * ONE, id="before the image is fetched"),
    ],
)
def test_a_crash_around_a_bought_map_loses_no_bill_and_buys_nothing_anew(
    scene: Scene,
    guided: Run,
    kind: type[Told],
    nth: int,
    bought: int,
    ordered: int,
    status: str,
    billed: str | None,
    cost: Decimal | None,
) -> None:
    with pytest.raises(Crash):
        scene.runware.run(guided.request, ME, Disk(scene.playground.store, guided, nth, kind))
    for _ in range(2):
        list(collect(scene.playground, ME, scene.playground.store.run(guided.id)))
        run = scene.playground.store.run(guided.id)
        assert (run.status, run.billed, run.cost_usd) == (status, billed, cost)
    assert (scene.world.count(PREPROCESS), scene.world.count(INFER)) == (bought, ordered)


@pytest.mark.parametrize(("kind", "nth", "images"), [(Noted, 1, 0), (Generated, 1, 1)])
def test_a_map_that_was_bought_alone_is_collected(
    scene: Scene, guided: Run, kind: type[Told], nth: int, images: int
) -> None:
    assert isinstance(guided.request, ControlNet)
    with pytest.raises(Crash):
        scene.runware.draw_control(guided.request, ME, Disk(scene.playground.store, guided, nth, kind))
    list(collect(scene.playground, ME, scene.playground.store.run(guided.id)))
    run = scene.playground.store.run(guided.id)
    assert (len(run.images), run.billed) == (images, None if images else "unknown")
    assert scene.world.count(PREPROCESS) == images
