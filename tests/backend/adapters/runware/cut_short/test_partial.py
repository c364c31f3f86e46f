"""Runs of which a part fails: every image that was made is kept, and what is missing is said."""

import pytest

from backend.domain.errors import BadReply, StorageFull
from backend.simulator.faults import Fault
from tests.backend.adapters.runware.scene import INFER, ONE, Scene, fox


def test_some_images_and_an_error_in_one_reply_are_both_kept(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="partial", operation=INFER))
    images, run = scene.draw(fox(4))
    assert [image.seed for image in images] == [1, 2, 3]
    assert (run.status, run.cost_usd, run.billed) == ("partial", 3 * ONE, "no")
    assert run.error is not None
    assert "could not make the image" in run.error


def test_an_asynchronous_run_may_fail_in_part(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="partial", operation=INFER, code="timeoutProvider"))
    images, run = scene.draw(fox(3, delivery="async"))
    assert sorted(image.index for image in images) == [0, 1]
    assert (run.status, run.billed, run.cost_usd) == ("partial", "no", 2 * ONE)


def test_an_image_without_its_file_is_looked_for_once_and_was_billed(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="wrong_shape", operation=INFER))
    error, run = scene.failed(fox())
    assert isinstance(error, BadReply)
    assert "no file of it any more" in str(error)
    assert (error.billed, run.cost_usd) == ("yes", ONE)
    assert len(scene.waits) == 1


def test_a_full_disk_doesnt_make_a_paid_image_unbilled(scene: Scene) -> None:
    folder = scene.playground.files.folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_bytes(b"a file where the folder should be")
    error, run = scene.failed(fox(2))
    assert isinstance(error, StorageFull)
    assert (error.billed, run.cost_usd) == ("yes", 2 * ONE)
    assert len(run.provider_ids["found"]) == 2


@pytest.mark.parametrize("kind", ["html_image", "huge_image", "gone"])
def test_a_file_that_is_no_image_costs_the_others_nothing(scene: Scene, kind: str) -> None:
    scene.world.faults.add(Fault(kind=kind, operation="media"))
    images, run = scene.draw(fox(3))
    assert len(images) == 2
    assert run.status == "partial"
    assert run.billed in ("yes", "unknown")
