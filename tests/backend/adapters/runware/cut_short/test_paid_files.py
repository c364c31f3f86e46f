"""What Runware billed is booked and offered, whatever comes of the file: maps and images, at first and at Recover."""

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr

from backend.adapters.job import Charged, Heard, Noted
from backend.adapters.provider.line import Reply
from backend.adapters.runware.order import Order, numbered
from backend.adapters.runware.replies import Answer, Item, Refusal
from backend.adapters.runware.service import Exchange
from backend.domain.caller import Caller
from backend.domain.errors import BadReply, OverBudget, StorageFull
from backend.domain.events import Event, Failed, Finished
from backend.domain.parts import Control
from backend.domain.records import READY, Run
from backend.domain.requests import ControlNet, TextToImage
from backend.generation.generate import collect, draw_control, generate
from backend.generation.pricing import price_of
from backend.generation.recovery import recover
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles
from backend.money.caps import Caps
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.record.store import Store
from backend.simulator.faults import MEDIA, Fault
from backend.simulator.world import KEY
from tests.backend.abandoned import abandon
from tests.backend.adapters.runware.cut_short.test_collect import opened
from tests.backend.adapters.runware.scene import INFER, ONE, PREPROCESS, Scene, fox
from tests.backend.crashing import Crash, Disk

ME = Caller(visitor="visitor-1")
NOT_TO_BE_HAD = [*MEDIA, "drop", "status"]
"""What can befall a file."""


def suffer(scene: Scene, kind: str) -> None:
    """Let all that asks for a file fail for as long as the line asks again."""
    scene.world.faults.add(Fault(kind=kind, operation="media", times=9))


def bought(scene: Scene, image: str) -> Run:
    end = list(draw_control(scene.playground, ME, "runware", Control(image=image, preprocess="depth")))[-1]
    assert isinstance(end, Finished | Failed)
    assert end.run is not None
    return end.run


def collected(scene: Scene, run: Run, caller: Caller = ME) -> Run:
    list(collect(scene.playground, caller, scene.playground.store.run(run.id)))
    return scene.playground.store.run(run.id)


def booked(scene: Scene, run: Run) -> Decimal | None:
    """Return what the ledger has settled, once the run says the same."""
    entry = scene.playground.budget.entry(run.id)
    assert entry is not None
    assert (entry[0], entry[2]) == ("settled", run.cost_usd)
    return run.cost_usd


def offered(scene: Scene) -> list[str]:
    return [run.id for run in scene.playground.history.recoverable("visitor-1")]


@pytest.fixture
def image(scene: Scene) -> str:
    return photo(scene, "white")


def photo(scene: Scene, colour: str | tuple[int, int, int]) -> str:
    return scene.playground.files.put(encode(Image.new("RGB", (128, 128), colour), "png"), "png")


@pytest.mark.parametrize("kind", NOT_TO_BE_HAD)
def test_a_paid_map_whose_file_cant_be_had_is_booked_and_comes_by_recover(scene: Scene, image: str, kind: str) -> None:
    suffer(scene, kind)
    run = bought(scene, image)
    assert (run.status, run.billed, booked(scene, run)) == ("failed", "yes", sum(scene.world.account.bills))
    assert "recover the run" in (run.error or "").casefold()
    assert offered(scene) == [run.id]
    scene.world.faults.clear()
    again = collected(scene, run)
    assert (again.status, booked(scene, again), offered(scene)) == ("finished", ONE, [])
    assert (scene.world.count(PREPROCESS), scene.world.account.bills) == (1, [ONE])
    guided = ControlNet(prompt="a box", image=image, preprocess="depth", seed=1)
    assert price_of(scene.playground, ME, scene.runware, guided).likely == ONE


def test_maps_that_cant_be_fetched_dont_pass_the_cap(scene: Scene) -> None:
    cap = Decimal("0.004")
    object.__setattr__(scene.playground, "budget", Budget(scene.playground.budget.engine, Caps(visitor=cap)))
    with pytest.raises(OverBudget):  # noqa: PT012 - which of them is refused is no matter
        for shade in range(15):
            scene.world.faults.add(Fault(kind="html_image", operation="media"))
            bought(scene, photo(scene, (shade, 0, 0)))
    assert ONE < sum(scene.world.account.bills) <= cap


@pytest.mark.parametrize("kind", NOT_TO_BE_HAD)
def test_a_map_that_recovery_cant_fetch_stays_booked_and_offered(scene: Scene, image: str, kind: str) -> None:
    run = opened(scene, ControlNet(prompt="a box", image=image, preprocess="depth", seed=1))
    assert isinstance(run.request, ControlNet)
    with pytest.raises(Crash):
        scene.runware.draw_control(run.request, ME, Disk(scene.playground.store, run, 1, Charged))
    suffer(scene, kind)
    abandon(scene.playground, run.id)
    recover(scene.playground).join(60)
    left = scene.playground.store.run(run.id)
    assert (left.status, left.billed, booked(scene, left), offered(scene)) == ("failed", "yes", ONE, [run.id])
    scene.world.faults.clear()
    assert collected(scene, run).status == "finished"
    assert scene.world.account.bills == [ONE]


@pytest.mark.parametrize("options", [{}, {"delivery": "async"}], ids=["sync", "async"])
@pytest.mark.parametrize("kind", NOT_TO_BE_HAD)
def test_paid_images_whose_files_cant_be_had_are_booked_and_come_by_recover(
    scene: Scene, kind: str, options: Mapping[str, Any]
) -> None:
    suffer(scene, kind)
    run = scene.draw(fox(2, **options))[1]
    assert (run.billed, booked(scene, run), offered(scene)) == ("yes", 2 * ONE, [run.id])
    scene.world.faults.clear()
    again = collected(scene, run)
    assert (again.status, booked(scene, again), offered(scene)) == ("finished", 2 * ONE, [])
    assert scene.world.account.bills == 2 * [ONE]


def test_a_refusal_that_is_heard_first_hides_no_paid_image(scene: Scene) -> None:
    scene.world.habits = scene.world.habits.model_copy(update={"job_seconds": 0.3})
    scene.runware._sleep = paced(scene)
    scene.world.faults.add(Fault(kind="partial", operation=INFER))
    scene.world.faults.add(Fault(kind="gone", operation="media"))
    images, run = scene.draw(fox(4, delivery="async"))
    assert (len(images), run.status, run.billed) == (2, "partial", "yes")
    assert (booked(scene, run), sum(scene.world.account.bills)) == (3 * ONE, 3 * ONE)
    assert all(words in (run.error or "") for words in ("answers 404", "could not make the image"))
    assert offered(scene) == [run.id]
    again = collected(scene, run)
    assert (len(again.images), again.billed, booked(scene, again), offered(scene)) == (3, "no", 3 * ONE, [])


def paced(scene: Scene) -> Callable[[float], None]:
    def sleep(seconds: float) -> None:
        scene.waits.append(seconds)
        time.sleep(0.05)

    return sleep


def order_of(scene: Scene, tasks: list[str], heard: Heard) -> Order:
    request, ids = TextToImage(prompt="a fox"), {"tasks": tasks}
    pending = numbered(tasks, set())
    return Order(scene.runware.service, SecretStr("key"), request, ids, heard, None, lambda _: None, pending)


def said(*items: Item, refused: str | None = None, status: int = 200) -> Exchange:
    refusals = (Refusal(code="inferenceError", taskUUID=refused),) if refused else ()
    return Exchange(Answer(items, refusals), Reply("Runware", status, {}, b"", pays=True))


def test_a_task_that_an_answer_with_a_refusal_leaves_out_may_be_billed(scene: Scene) -> None:
    order = order_of(scene, ["a", "b"], Heard())
    order.take(said(refused="a"))
    with pytest.raises(BadReply, match="lacks 1 of the images") as caught:
        order.settle()
    assert caught.value.billed == "unknown"


def test_a_call_that_was_refused_as_a_whole_leaves_nothing_to_wait_for(scene: Scene) -> None:
    order = order_of(scene, ["a", "b"], Heard())
    order.take(said(refused="a", status=400))
    assert (order.pending, [error.billed for error in order.errors]) == ({}, ["no"])


@pytest.mark.parametrize("text", ["%%%", base64.b64encode(b"half a picture").decode()])
def test_an_image_inside_the_answer_that_cant_be_read_is_billed_and_lies_there(scene: Scene, text: str) -> None:
    heard = Heard()
    order = order_of(scene, ["a"], heard)
    order.take(said(Item(taskUUID="a", imageBase64Data=text, cost="0.0006")))
    assert [error.billed for error in order.errors] == ["yes"]
    assert [each.provider_ids[READY] for each in heard.told if isinstance(each, Noted)] == [True]


@dataclass
class Trouble:
    """What keeps Recover from coming to its end, and whose key it is tried with."""

    begin: Callable[[Scene], None]
    caller: Caller = ME


def _unreachable(scene: Scene) -> None:
    scene.runware.service.line.base_url = "http://127.0.0.1:9/v1"
    suffer(scene, "drop")


def _keyless(scene: Scene) -> None:
    scene.runware._server_key = None


TROUBLES = {
    "still gone": Trouble(lambda scene: suffer(scene, "gone")),
    "unreachable": Trouble(_unreachable),
    "no key any more": Trouble(_keyless),
    "a key that is none": Trouble(lambda _: None, replace(ME, keys={"runware": SecretStr("two words")})),
}


@pytest.mark.parametrize(("kind", "operation"), [("gone", "media"), ("wrong_shape", INFER)])
@pytest.mark.parametrize("name", TROUBLES)
def test_a_recover_that_fails_takes_nothing_back_of_what_is_known(
    scene: Scene, name: str, kind: str, operation: str
) -> None:
    scene.world.faults.add(Fault(kind=kind, operation=operation))
    run = scene.draw(fox(2))[1]
    assert (run.billed, booked(scene, run)) == ("yes", 2 * ONE)
    TROUBLES[name].begin(scene)
    again = collected(scene, run, TROUBLES[name].caller)
    # A file that is there again comes without any key.
    came = kind == "gone" and name == "a key that is none"
    assert (again.billed, booked(scene, again)) == (None if came else "yes", 2 * ONE)


@pytest.mark.parametrize("name", ["no key any more", "a key that is none"])
def test_a_recover_without_a_key_leaves_an_unknown_bill_unknown(scene: Scene, name: str) -> None:
    scene.world.faults.add(Fault(kind="drop", operation=INFER, times=9))
    run = scene.draw(fox())[1]
    assert (run.billed, run.cost_usd) == ("unknown", None)
    TROUBLES[name].begin(scene)
    again = collected(scene, run, TROUBLES[name].caller)
    entry = scene.playground.budget.entry(run.id)
    assert (again.billed, again.cost_usd, entry and entry[0], offered(scene)) == ("unknown", None, "held", [run.id])


class FullFiles(ImageFiles):
    """Takes no image."""

    def put(self, content: bytes, image_format: str) -> str:
        raise StorageFull("The image could not be kept: free some disk space and run it again.")


class FullRecord(Store):
    """Has room for what a run is asked, and for nothing that is learned of it later."""

    room = 1

    def submitted(self, run_id: str, provider_ids: Mapping[str, Any]) -> None:
        self.room -= 1
        if self.room < 0:
            raise StorageFull("The record could not be written: free some disk space and run it again.")
        super().submitted(run_id, provider_ids)


def ended(playground: Playground, events: list[Event]) -> Run:
    end = events[-1]
    assert isinstance(end, Finished | Failed)
    assert end.run is not None
    return playground.store.run(end.run.id)


def test_a_full_disk_books_what_was_paid_and_recover_brings_it(scene: Scene, image: str) -> None:
    full = replace(scene.playground, files=FullFiles(scene.playground.files.folder))
    alone = Control(image=image, preprocess="depth")
    runs = [
        ended(full, list(generate(full, ME, "runware", fox(2)))),
        ended(full, list(draw_control(full, ME, "runware", alone))),
    ]
    assert [(run.status, run.billed, booked(scene, run)) for run in runs] == [
        ("failed", "yes", 2 * ONE),
        ("failed", "yes", ONE),
    ]
    # Not "run it again", which would be paid once more.
    assert {run.error for run in runs} == {"The image could not be kept: free some disk space and recover the run."}
    assert sorted(offered(scene)) == sorted(run.id for run in runs)
    assert [collected(scene, run).status for run in runs] == ["finished", "finished"]
    assert scene.world.account.bills == 3 * [ONE]


def test_a_record_without_room_for_addresses_costs_no_image(scene: Scene, image: str) -> None:
    cramped = replace(scene.playground, store=FullRecord(scene.playground.store.engine))
    run = ended(cramped, list(generate(cramped, ME, "runware", fox(2))))
    assert (run.status, booked(scene, run)) == ("finished", 2 * ONE)
    cramped = replace(scene.playground, store=FullRecord(scene.playground.store.engine))
    suffer(scene, "gone")
    run = ended(cramped, list(draw_control(cramped, ME, "runware", Control(image=image, preprocess="depth"))))
    assert (run.billed, booked(scene, run), offered(scene)) == ("yes", ONE, [run.id])


def test_a_map_beside_a_run_that_finds_no_room_to_order_is_on_the_bill_alone(scene: Scene, image: str) -> None:
    store = FullRecord(scene.playground.store.engine)
    cramped = replace(scene.playground, store=store)
    request = ControlNet(prompt="a box", image=image, preprocess="depth", seed=1)
    run = ended(cramped, list(generate(cramped, ME, "runware", request)))
    assert (run.status, run.billed, booked(scene, run)) == ("failed", "yes", ONE)
    assert (scene.world.account.bills, scene.world.count(INFER)) == ([ONE], 0)


def test_a_recover_that_a_crash_cut_short_leaves_the_bill_that_was_known(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="gone", operation="media"))
    run = scene.draw(fox(2))[1]
    scene.playground.store.reopen(run.id)
    abandon(scene.playground, run.id)
    _keyless(scene)
    recover(scene.playground).join(60)
    left = scene.playground.store.run(run.id)
    assert (left.status, left.billed, booked(scene, left), offered(scene)) == ("interrupted", "yes", 2 * ONE, [run.id])
    scene.runware._server_key = SecretStr(KEY)
    again = collected(scene, run)
    assert (again.status, booked(scene, again)) == ("finished", 2 * ONE)
