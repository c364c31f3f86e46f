"""What the browser tells of the form, whatever it sends."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import gradio as gr
import pytest
from PIL import Image

from backend.images.encoding import encode
from backend.record.database.engine import exclusively
from tests.serving import Site
from tests.ui.serving.test_caller import request_of
from ui.page import build
from ui.serving.served import Served
from ui.wiring.looks import Seen

FITTED = {"backend": "fake", "maker": "fake|8|1|3|256|256|Fake (flat colours)"}


@dataclass(frozen=True)
class Answered:
    """What one event of the page answers, by the ids of the components that it changes."""

    page: gr.Blocks

    def __call__(self, name: str, data: Any, **asked: Any) -> dict[str, Any]:
        """Carry the event out as the browser would."""
        (event,) = [each for each in self.page.fns.values() if each.api_name == name]
        told = event.fn(gr.EventData(None, data), request_of(), **asked)
        return {str(each.elem_id): change for each, change in told.items()}


@pytest.fixture(scope="module")
def answered(site: Site) -> Answered:
    return Answered(build(site.playground))


def form(**values: Any) -> dict[str, Any]:
    """Return a form as the browser tells it."""
    return {"values": {"mode": "text_to_image", "backend": "fake", "prompt": "a fox", **values}, "turn": "1.5"}


def test_a_change_is_answered_with_its_turn_the_price_and_what_to_remember(answered: Answered) -> None:
    told = answered("changed", form(count=2, fake__provider=True, fake__cost_usd=0.5))
    answer = json.loads(told["signals"])
    assert answer["turn"] == "1.5"
    assert answer["kept"] == {"recipe": {"mode": "text_to_image", "prompt": "a fox", "count": 2}, **FITTED}
    assert told["generate"]["value"].startswith("Generate · ≈ $1.00")
    assert json.loads(told["signals"])["grid"] is None


def test_a_wrong_value_is_not_remembered_and_has_no_price(answered: Answered) -> None:
    told = answered("changed", form(steps=999))
    assert json.loads(told["signals"])["kept"] is None
    assert told["generate"]["value"] == "Generate"


@pytest.mark.parametrize("mode", ["image_to_image", "controlnet"])
def test_a_second_look_with_the_same_picture_reads_no_file_and_waits_for_no_writer(
    site: Site, answered: Answered, mode: str
) -> None:
    served = Served(site.playground.files, site.playground.holders)
    upload = served.upload(encode(Image.new("RGB", (272, 256), "teal"), "png"), "png")
    seen = form(mode=mode, easel={"image": {"path": str(upload)}})
    first = answered("changed", seen)
    kept = site.playground.files.path(sha256(upload.read_bytes()).hexdigest())
    for file in (upload, kept):
        times = file.stat().st_atime_ns, file.stat().st_mtime_ns
        file.write_bytes(b"?" * file.stat().st_size)  # Whoever reads it finds no picture.
        os.utime(file, ns=times)
    with exclusively(site.playground.store.engine), ThreadPoolExecutor(1) as other:
        again = other.submit(answered, "changed", seen).result(timeout=60)
    kept.unlink()
    assert again["generate"] == first["generate"]
    assert again["generate"]["value"] == "Generate · free"


def test_a_grid_that_was_touched_is_priced_with_the_form(answered: Answered) -> None:
    grid = {"across": "steps", "across_values": "4, 8", "down": "", "down_values": ""}
    told = answered("changed", {**form(**grid), "planned": True})
    assert "2 images · free" in json.loads(told["signals"])["grid"]


def test_a_switch_tells_state_key_price_and_what_differs(answered: Answered) -> None:
    told = answered("switched", {**form(), "before": "fake"})
    assert {"signals", "generate", "state", "own-key", "exact", "fit-note"} <= set(told)


def test_a_look_around_tells_history_and_state(answered: Answered) -> None:
    told = answered("refreshed", form(), search=None, shown=24)
    assert {"signals", "generate", "state", "history", "recoverable"} <= set(told)


@pytest.mark.parametrize(
    "data",
    [
        None,
        "x",
        5,
        {},
        {"values": "x"},
        {"values": {"mode": ["inpaint"]}},
        {"turn": {}},
        {"values": {"request": 1, "self": 2}},
    ],
)
@pytest.mark.parametrize("name", ["changed", "switched", "refreshed", "opened"])
def test_whatever_a_browser_sends_is_answered(answered: Answered, name: str, data: Any) -> None:
    asked = {"search": data, "shown": 24} if name == "refreshed" else {}
    assert "signals" in answered(name, data, **asked)


def test_an_unknown_mode_is_the_first_and_an_unknown_backend_the_one_at_start(site: Site) -> None:
    seen = Seen.of(gr.EventData(None, {"values": {"mode": "dance", "backend": ["fake"]}}), site.playground)
    assert seen.values == {"mode": "text_to_image", "backend": "fake"}


@pytest.mark.parametrize("kept", [7, [], {"recipe": 5}, {"recipe": {"steps": "<b>"}}, {"recipe": {"mode": 7}}])
def test_a_memory_that_somebody_changed_fills_the_form_with_what_fits(answered: Answered, kept: Any) -> None:
    told = answered("opened", {"kept": kept, "turn": "2"})
    assert json.loads(told["signals"])["turn"] == "2"
