"""Pictures that what waits starts from: they are kept as long as it waits, and somebody else's are refused."""

import io
import time

import pytest
from PIL import Image

from backend.domain.errors import NotFound
from backend.domain.requests import parse_request
from backend.generation.prepared import Asked
from backend.record.unused import remove_unused
from tests.backend.presses.conftest import Scene


def a_picture(scene: Scene, visitor: str) -> str:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((64, 64)).save(buffer, "PNG")
    sha256 = scene.playground.files.put(buffer.getvalue(), "png")
    scene.playground.holders.add_picture(sha256, visitor)
    return sha256


def over(sha256: str) -> dict[str, object]:
    return {"mode": "image_to_image", "prompt": "a boat", "image": sha256, "steps": 1}


def test_a_picture_that_something_queued_starts_from_is_not_tidied_away(scene: Scene) -> None:
    ann = scene.page()
    sha256, later = a_picture(scene, "ann"), time.time() + 1e6
    engine, files = scene.playground.store.engine, scene.playground.files
    with scene.meanwhile(ann):
        entry = scene.queues.add(ann, Asked(scene.playground.choose("fake"), parse_request(over(sha256))))
        assert remove_unused(engine, files, later) == 0
        scene.queues.remove(ann, entry.id)  # It can be brought back.
        assert remove_unused(engine, files, later) == 0
        scene.queues.remove(ann, scene.add(ann).id)
        assert remove_unused(engine, files, later) == 1


def test_a_run_that_is_deleted_for_good_leaves_the_picture_to_what_is_queued(scene: Scene) -> None:
    ann = scene.page()
    sha256 = a_picture(scene, "ann")
    asked = Asked(scene.playground.choose("fake"), parse_request(over(sha256)))
    scene.queues.add(ann, asked)
    scene.at_rest(ann)
    (run,) = scene.runs()
    with scene.meanwhile(ann), pytest.MonkeyPatch.context() as patch:
        patch.setattr("backend.record.trash.YOUNG_SECONDS", -1.0)
        entry = scene.queues.add(ann, asked)
        history = scene.playground.history
        history.delete("ann", [run.id])
        history.empty_trash("ann")
        assert scene.runs() == []
        assert scene.playground.files.holds(sha256)
        scene.queues.remove(ann, entry.id)


def test_somebody_elses_picture_is_refused_at_its_turn(scene: Scene) -> None:
    ann = scene.page()
    sha256 = a_picture(scene, "ben")
    scene.queues.add(ann, Asked(scene.playground.choose("fake"), parse_request(over(sha256))))
    scene.at_rest(ann)
    (entry,) = scene.queues.look(ann).queue.entries
    assert (entry.state, scene.runs()) == ("refused", [])
    with pytest.raises(NotFound):
        scene.playground.queued.move("ann", entry.id, up=True)
