"""Stop, or a page that was left: what was ordered is collected, and nothing more is ordered."""

import threading
from dataclasses import replace

import pytest
from PIL import Image

from backend.domain.caller import Caller
from backend.domain.events import Committed, Failed, Progress
from backend.domain.parts import Control
from backend.domain.requests import ControlNet, Request
from backend.experiments.axes import read_axis
from backend.experiments.control_map import control_map
from backend.experiments.grid import plan, run
from backend.generation.generate import draw_control, generate
from backend.images.encoding import encode
from backend.simulator.faults import Fault
from backend.simulator.world import KEY
from tests.backend.adapters.runware.scene import INFER, ONE, PREPROCESS, Scene, fox

ME = Caller(visitor="visitor-1")


@pytest.fixture
def guided(scene: Scene) -> ControlNet:
    """Return a request that needs two control pictures of Runware's."""
    image = scene.playground.files.put(encode(Image.new("RGB", (128, 128), "white"), "png"), "png")
    further = (Control(image=image, preprocess="pose"),)
    return ControlNet(prompt="a box", image=image, preprocess="depth", controls=further, seed=1)


def left_at(scene: Scene, request: Request, *, notes: int) -> None:
    """Run a request, and leave it once its ids went to disk so many times."""
    events = generate(scene.playground, ME, "runware", request)
    for event in events:
        notes -= isinstance(event, Committed)
        if not notes:
            break
    events.close()  # type: ignore[attr-defined]


def test_leaving_after_the_order_keeps_the_images(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="slow", operation=INFER, seconds=2))
    left_at(scene, fox(2), notes=1)
    (run,) = scene.ended()
    assert (run.status, len(run.images), run.cost_usd) == ("finished", 2, 2 * ONE)


def test_leaving_at_the_first_control_picture_buys_neither_the_second_nor_the_image(
    scene: Scene, guided: ControlNet
) -> None:
    scene.world.faults.add(Fault(kind="slow", operation=PREPROCESS, seconds=2))
    left_at(scene, guided, notes=1)
    (run,) = scene.ended()
    assert (run.status, run.images, run.cost_usd, run.cost_kind) == ("cancelled", (), ONE, "billed")
    assert (scene.world.count(PREPROCESS), scene.world.count(INFER)) == (1, 0)
    assert scene.world.account.bills == [ONE]
    state, _, settled = scene.playground.budget.entry(run.id) or (None, None, None)
    assert (state, settled) == ("settled", ONE)


def test_leaving_at_the_last_control_picture_buys_no_image(scene: Scene, guided: ControlNet) -> None:
    request = guided.model_copy(update={"controls": ()})
    scene.world.faults.add(Fault(kind="slow", operation=PREPROCESS, seconds=2))
    left_at(scene, request, notes=1)
    (run,) = scene.ended()
    assert (run.status, run.cost_usd, scene.world.count(INFER)) == ("cancelled", ONE, 0)


@pytest.mark.parametrize(("kind", "status"), [("status", 429), ("status", 503), ("drop", 200)])
def test_an_order_that_failed_is_not_sent_again_once_nobody_waits(scene: Scene, kind: str, status: int) -> None:
    scene.world.faults.add(Fault(kind=kind, operation=INFER, status=status))
    left = threading.Event()
    scene.runware.service.line._sleep = lambda _seconds: None if left.wait(60) else pytest.fail("it was never left")
    left_at(scene, fox(), notes=1)
    left.set()
    (run,) = scene.ended()
    assert (run.images, scene.world.account.bills) == ((), [])
    # Who was busy would have been asked again: it was the visitor who gave up.
    assert (run.status, run.error is None) == (("cancelled", True) if kind == "status" else ("failed", False))


def test_a_map_that_was_ordered_alone_is_kept(scene: Scene, guided: ControlNet) -> None:
    scene.world.faults.add(Fault(kind="slow", operation=PREPROCESS, seconds=2))
    events = draw_control(scene.playground, ME, "runware", Control(image=guided.image, preprocess="depth"))
    for event in events:
        if isinstance(event, Committed):
            break
    events.close()  # type: ignore[attr-defined]
    (run,) = scene.ended()
    assert (run.status, len(run.images), run.cost_usd) == ("finished", 1, ONE)


def waited_out(scene: Scene) -> threading.Event:
    """Let an order be refused for now, and return what ends the wait before it would be sent again."""
    scene.world.faults.add(Fault(kind="status", operation=PREPROCESS, status=429))
    over = threading.Event()
    scene.runware.service.line._sleep = lambda _seconds: None if over.wait(60) else pytest.fail("nobody went on")
    return over


def test_the_stop_of_a_map_orders_nothing_once_429_is_waited_out(scene: Scene, guided: ControlNet) -> None:
    over = waited_out(scene)
    page = replace(ME, page="page-1")
    with scene.playground.live.press(page, part="control map") as acting:
        control = Control(image=guided.image, preprocess="depth")
        events = control_map(scene.playground, acting, scene.runware, control, {}, buy=True)
        next(event for event in events if isinstance(event, Committed))
        events.close()  # type: ignore[attr-defined]  # as Gradio does before the page's own Stop
    scene.playground.live.stop_part(page, "control map")
    over.set()
    (run,) = scene.ended()
    assert (run.images, scene.world.account.bills) == ((), [])


OWNER = ("visitor-1", "page-1")


@pytest.fixture
def own_key(scene: Scene) -> Caller:
    """Return the caller of a page where the visitor has pasted a key of their own."""
    scene.playground.callers.keys.put(OWNER, "runware", KEY)
    keys = scene.playground.callers.keys
    held = keys.of(OWNER)
    return replace(ME, page="page-1", keys=held, holds=lambda name: keys.has(OWNER, name, held.get(name)))


@pytest.mark.parametrize("replaced", [False, True])
def test_a_key_that_was_taken_back_buys_no_further_picture_of_its_run(
    scene: Scene, guided: ControlNet, own_key: Caller, replaced: bool
) -> None:
    scene.world.faults.add(Fault(kind="slow", operation=PREPROCESS, seconds=2))
    events = generate(scene.playground, own_key, "runware", guided)
    next(event for event in events if isinstance(event, Committed))
    if replaced:
        scene.playground.callers.keys.put(OWNER, "runware", "another-key-of-mine")
    else:
        scene.playground.callers.keys.forget(OWNER, "runware")
    *_, end = events
    assert isinstance(end, Failed)
    assert "forgotten or replaced" in str(end.error)
    assert (scene.world.count(PREPROCESS), scene.world.count(INFER)) == (1, 0)
    (run,) = scene.ended()
    assert (run.status, run.cost_usd, scene.world.account.bills) == ("failed", ONE, [ONE])


def test_a_grid_whose_key_was_taken_back_orders_no_further_cell_on_any_key(scene: Scene, own_key: Caller) -> None:
    scene.world.faults.add(Fault(kind="slow", operation=INFER, seconds=1, times=50))
    axis = read_axis("seed", "1-9", mode="text_to_image")
    cells = run(scene.playground, own_key, plan(scene.playground, own_key, "runware", fox(), [axis]))
    next(event for _, event in cells if isinstance(event, Committed))
    scene.playground.callers.keys.forget(OWNER)
    rest = [event for _, event in cells]
    assert any(isinstance(event, Failed) and "forgotten" in str(event.error) for event in rest)
    scene.ended()
    assert scene.world.count(INFER) <= 2
    payers = {scene.playground.budget.payer(each.id) for each in scene.playground.store.runs("visitor-1")}
    assert payers == {"visitor"}


def test_who_waits_for_a_busy_provider_is_told_of_it(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="status", operation=INFER, status=429, retry_after=7))
    told = [event.doing for event in scene.events(fox()) if isinstance(event, Progress)]
    (wait,) = scene.waits  # A little longer than asked for, so that not all come back at once.
    assert told == [f"Runware takes nothing just now: asked again in {wait:.0f} s", "Runware is working"]
    assert wait >= 7
