"""Answers that are lost or cut on their way: looked for in the archive, and nothing paid twice."""

import pytest

from backend.domain.errors import BadReply, ProviderTimeout
from backend.simulator.faults import Fault
from tests.backend.adapters.runware.scene import INFER, ONE, Scene, fox


def test_a_line_cut_before_the_work_is_mended_by_the_same_uuid(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="drop", operation=INFER))
    _, run = scene.draw(fox())
    assert run.status == "finished"
    assert scene.world.account.bills == [ONE]


@pytest.mark.parametrize("delivery", ["sync", "async"])
def test_an_answer_lost_after_the_work_is_fetched_and_not_paid_twice(scene: Scene, delivery: str) -> None:
    scene.world.faults.add(Fault(kind="drop_after", operation=INFER))
    images, run = scene.draw(fox(3, delivery=delivery))
    assert sorted(image.index for image in images) == [0, 1, 2]
    assert (run.status, run.cost_usd) == ("finished", 3 * ONE)
    assert scene.world.account.bills == 3 * [ONE]


def test_an_answer_that_never_comes_is_looked_for_in_the_archive(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="drop_after", operation=INFER))
    scene.world.faults.add(Fault(kind="drop", operation=INFER, times=9))
    images, run = scene.draw(fox(2))
    assert (len(images), run.status) == (2, "finished")
    assert scene.world.account.bills == 2 * [ONE]


def test_a_run_that_the_archive_knows_nothing_of_may_be_billed(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="drop", operation=INFER, times=9))
    error, run = scene.failed(fox())
    assert isinstance(error, ProviderTimeout)
    assert (error.billed, run.cost_usd, run.cost_kind) == ("unknown", None, "unknown")


def test_an_answer_that_is_no_answer_may_be_billed(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="garbage", operation=INFER))
    error, run = scene.failed(fox())
    assert isinstance(error, BadReply)
    assert (error.billed, run.cost_usd) == ("unknown", None)


@pytest.mark.parametrize("status", [200, 502, 524])
def test_images_behind_a_gateways_page_are_found(scene: Scene, status: int) -> None:
    scene.world.faults.add(Fault(kind="gateway", operation=INFER, times=9, status=status))
    images, run = scene.draw(fox(2))
    assert (len(images), run.status) == (2, "finished")
    assert scene.world.account.bills == 2 * [ONE]
