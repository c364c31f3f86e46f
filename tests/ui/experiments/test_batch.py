"""Batches of prompts and pictures: what becomes of each, and that only what was agreed to goes into the queue."""

from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.utils import get_upload_folder
from PIL import Image

from backend.domain.errors import InvalidRequest
from backend.experiments.batch import Batch, plan, read_lines
from backend.library.shipped import load_presets
from tests.backend.presses.conftest import Scene, scene
from ui.experiments.batch import Batching
from ui.experiments.batch_area import BatchArea
from ui.experiments.batch_pictures import MOST_PICTURES, PicturePresses, Pictures
from ui.form.library import Library
from ui.runs.runner import Outputs, Runner
from ui.serving.served import Served

__all__ = ["scene"]
FORM: dict[str, Any] = {"mode": "text_to_image", "backend": "fake", "prompt": "a boat", "steps": 2, "count": 1}
SIZE = {"width": 128, "height": 128}


def batching_of(scene: Scene) -> Batching:
    """Return the feature without a page."""
    playground = scene.playground
    with gr.Blocks():
        outputs = Outputs(*(gr.HTML() for _ in Outputs.__dataclass_fields__))  # type: ignore[arg-type]
        area = BatchArea(*(gr.HTML() for _ in BatchArea.__dataclass_fields__))  # type: ignore[arg-type]
    served = Served(playground.files, playground.holders)
    runner = Runner(playground, Library(playground, load_presets()), served, outputs)
    return Batching(runner, area, scene.queues)


@pytest.fixture
def photos() -> list[dict[str, str]]:
    """Return two pictures that were uploaded, and a file that is none."""
    folder = Path(get_upload_folder()) / "batch"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(2):
        Image.new("RGB", (64, 48), (number, 99, 7)).save(folder / f"photo {number}.png")
    (folder / "words.png").write_bytes(b"only words")
    return [{"name": name, "path": str(folder / name)} for name in ("photo 0.png", "photo 1.png", "words.png")]


def planned(scene: Scene, photos: list[dict[str, str]], way: str, lines: str = "", **form: Any) -> Batch:
    caller, runner = scene.page(), batching_of(scene).runner
    presses = PicturePresses(runner, {**FORM, **form}, caller)
    pictures = Pictures.of({"files": photos, "way": way})
    return plan(scene.playground, caller, presses.of(pictures, read_lines(lines) if lines else ()))


@pytest.mark.parametrize("sent", [None, 7, "x", {"files": 7}, {"files": [1, None]}, {"way": "upscale 2"}])
def test_whatever_a_browser_sends_is_no_picture(sent: object) -> None:
    assert Pictures.of(sent).files == ()


def test_no_more_than_a_queue_takes_are_read() -> None:
    many = [{"name": str(number), "path": "x"} for number in range(MOST_PICTURES + 9)]
    assert len(Pictures.of({"files": many}).files) == MOST_PICTURES


def test_each_picture_is_drawn_over_by_the_form_and_what_is_none_is_left_out(
    scene: Scene,
    photos: list[dict[str, str]],
) -> None:
    batch = planned(scene, photos, "image_to_image", seed="7")
    assert [entry.line.label for entry in batch.entries] == ["photo 0.png", "photo 1.png", "words.png"]
    assert "that can be read" in str(batch.entries[2].error)
    asked = [cell.request for cell in batch.cells]
    assert [(each.mode, each.prompt, each.seed, each.steps) for each in asked] == [
        ("image_to_image", "a boat", 7, 2)
    ] * 2
    assert len({getattr(each, "image", "") for each in asked}) == 2


def test_with_lines_each_prompt_is_drawn_over_each_picture(
    scene: Scene,
    photos: list[dict[str, str]],
) -> None:
    batch = planned(scene, photos[:2], "image_to_image", "a fox\nan owl")
    assert [entry.line.label for entry in batch.entries] == [
        "photo 0.png · a fox",
        "photo 0.png · an owl",
        "photo 1.png · a fox",
        "photo 1.png · an owl",
    ]
    assert batch.images == 4


def test_upscaling_takes_the_chosen_factor_and_has_no_use_for_lines(
    scene: Scene,
    photos: list[dict[str, str]],
) -> None:
    batch = planned(scene, photos[:2], "upscale 3", prompt="")
    assert [(cell.request.mode, getattr(cell.request, "factor", 0)) for cell in batch.cells] == [("upscale", 3.0)] * 2
    with pytest.raises(InvalidRequest, match="have no use here"):
        planned(scene, photos, "upscale 3", "a fox")
    with pytest.raises(InvalidRequest, match="factor"):
        planned(scene, photos, "upscale 99")


def test_more_than_run_in_one_go_are_refused_with_the_figure(
    scene: Scene,
    photos: list[dict[str, str]],
) -> None:
    with pytest.raises(InvalidRequest, match="are 202 in all; at most 200"):
        planned(scene, photos[:2], "image_to_image", "a fox\n" * 101)


def test_what_costs_otherwise_than_was_said_is_not_added(scene: Scene) -> None:
    ann, batching = scene.page(), batching_of(scene)
    paying = {**FORM, **SIZE, "fake__provider": True, "fake__cost_usd": 0.0013}
    given = {"batch": "yes", "lines": "a fox\na {{what}}\nan owl", "name": "beasts"}
    with scene.meanwhile(ann):
        with pytest.raises(InvalidRequest, match="has changed since: look at it, then press again"):
            batching.enqueue_all({**given, "offered": "Add 2 to the queue · free"}, paying, ann)
        assert scene.waiting(ann) == []
        batching.enqueue_all({**given, "offered": "Add 2 to the queue · ≈ $0.0026 (up to $0.0078)"}, paying, ann)
        waiting = scene.queues.look(ann).queue.waiting
        assert [entry.place and entry.place.label for entry in waiting] == ["a fox", "an owl"]
        assert [stand.batch.name for stand in scene.playground.batches.of("ann")] == ["beasts"]
        scene.queues.empty(ann)
