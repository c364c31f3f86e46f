"""Batches in the list of the queue: how far they are, what they came to, their zip, and another try."""

import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

import gradio as gr
import pytest
from sqlalchemy import update

from backend.domain.caller import Caller
from backend.domain.errors import NotFound, PlaygroundError
from backend.domain.requests import parse_request
from backend.generation.prepared import Asked
from backend.record.database.queue_tables import queue_entries
from backend.record.presses.batches import Batch, BatchStand
from backend.record.presses.entries import BatchPlace, PressesQueue
from tests.backend.presses.conftest import Scene, scene
from tests.ui.head.test_languages import LANGUAGES, Texts, known
from tests.ui.queue.test_queue_list import an_entry
from ui.head.languages import words
from ui.queue.batches import BatchActs, batches_html
from ui.serving.served import SERVED, Served

__all__ = ["scene"]
SHEET = cast("gr.HTML", "sheet")
BATCH = Batch("b1", "ann", "holiday <b>", 9, datetime.now(UTC))


def place(number: int) -> BatchPlace:
    return BatchPlace("b1", number, f"photo {number}.jpg")


def a_stand() -> tuple[BatchStand, PressesQueue]:
    """Return a batch of nine of which three are done, one has an image and waits for more, one waits, one failed."""
    costs: dict[Any, Decimal] = {"billed": Decimal("0.0026"), "estimated": Decimal("0.001")}
    entries = [an_entry(place=place(4)), an_entry(place=place(5)), an_entry(place=place(6), state="failed"), an_entry()]
    return BatchStand(BATCH, frozenset({1, 2, 3, 4}), costs, unknown=1), PressesQueue(entries)


def test_a_batch_says_how_far_it_is_and_bills_apart_from_estimates_and_what_nobody_knows() -> None:
    stand, queue = a_stand()
    html = batches_html([stand], queue)
    told = ["3 of 9 done", "2 waiting", "1 not drawn", "$0.0026 billed", "≈ $0.0010", "1 of unknown cost"]
    assert [each for each in told if f">{each}<" not in html] == []
    assert "holiday &lt;b&gt;" in html
    assert ("Try 1 again" in html, "batch-zip" in html) == (True, True)


def test_a_batch_of_which_nothing_is_drawn_or_failed_offers_neither_zip_nor_another_try() -> None:
    html = batches_html([BatchStand(BATCH)], PressesQueue())
    assert ("batch-again" in html, "batch-zip" in html, "$" in html) == (False, False, False)
    assert batches_html([], PressesQueue()) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_batches_are_told_of_in_every_language(language: str) -> None:
    stand, queue = a_stand()
    said = Texts(str(batches_html([stand], queue))).parts
    table = dict(words(language))
    assert [text for text in said if not known(text, table) and not text.startswith("≈ $")] == []


def acts_of(scene: Scene) -> BatchActs:
    served = Served(scene.playground.files, scene.playground.holders)
    return BatchActs(scene.playground, scene.queues, served, SHEET, lambda _, __: {})


def put(scene: Scene, caller: Caller, *options: dict[str, object]) -> Batch:
    """Put a press with each of these options into the queue as a batch."""
    backend = scene.playground.choose("fake")
    presses = []
    for number, each in enumerate(options, 1):
        given = {"mode": "text_to_image", "prompt": "a boat", "steps": 1, "options": each}
        presses.append((f"photo {number}.jpg", Asked(backend, parse_request(given)).prepared(caller)))
    return scene.queues.add_batch(caller, "my holiday", presses)


def test_one_zip_has_what_is_drawn_so_far_under_numbers_and_names(scene: Scene) -> None:
    ann = scene.page()
    batch = put(scene, ann, {}, {"fail_after": 0}, {})
    given, acts = {"batch": batch.id}, acts_of(scene)
    scene.at_rest(ann)
    html = str(acts.zip(given, ann)[SHEET])
    assert "2 images, from 2 of 3 entries" in html
    path = Path(unquote(html.partition(SERVED)[2].partition('"')[0]))
    assert path.name == "z-image-my-holiday.zip"
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    assert [name[:13] for name in names] == ["001_photo-1_2", "003_photo-3_2", "runs.json"]
    with pytest.raises(NotFound, match="put away"):
        acts.zip(given, scene.page("bea", "page-2"))


def test_a_zip_before_anything_is_drawn_says_so_and_deleted_runs_are_in_none(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        batch = put(scene, ann, {})
        with pytest.raises(NotFound, match="Nothing of this batch is drawn yet"):
            acts_of(scene).zip({"batch": batch.id}, ann)
    scene.at_rest(ann)
    scene.playground.history.delete("ann", [scene.runs()[0].id])
    with pytest.raises(NotFound, match="Nothing of this batch"):
        acts_of(scene).zip({"batch": batch.id}, ann)


def test_all_that_ended_badly_is_tried_again_and_a_batch_is_put_away(scene: Scene) -> None:
    ann = scene.page()
    batch = put(scene, ann, {"fail_after": 0}, {}, {"fail_after": 0})
    scene.at_rest(ann)
    given, acts = {"batch": batch.id}, acts_of(scene)
    with scene.meanwhile(ann):
        acts.again(given, ann)
        assert [entry.place and entry.place.number for entry in scene.queues.look(ann).queue.waiting] == [1, 3]
        scene.queues.empty(ann)
    acts.put_away(given, ann)
    assert scene.playground.batches.of("ann") == []


def test_an_entry_whose_backend_is_gone_keeps_no_other_of_its_batch_from_another_try(scene: Scene) -> None:
    ann = scene.page()
    batch = put(scene, ann, {"fail_after": 0}, {"fail_after": 0})
    scene.at_rest(ann)
    first, second = scene.queues.look(ann).queue.entries
    with scene.playground.store.engine.begin() as connection:
        connection.execute(update(queue_entries).where(queue_entries.c.id == first.id).values(backend="gone"))
    with scene.meanwhile(ann):
        with pytest.raises(PlaygroundError, match="gone"):
            acts_of(scene).again({"batch": batch.id}, ann)
        assert [entry.id for entry in scene.queues.look(ann).queue.waiting] == [second.id]
        scene.queues.empty(ann)
