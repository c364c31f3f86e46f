"""Streams of `/v1`: OpenAI's events, and nothing but those."""

import json
from typing import Any

import httpx

from tests.serving import Site
from tests.ui.endpoints.openai.asked import EDITS, GENERATIONS, ask, pixels, refused
from tests.ui.endpoints.openai.test_images import PICTURE


def events(answer: httpx.Response) -> list[dict[str, Any]]:
    """Return an answer's events, each of which has to be named as its data says."""
    assert answer.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in answer.text.split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith(":")]
        if lines:
            name, data = lines
            found.append(json.loads(data.removeprefix("data: ")))
            assert name == f"event: {found[-1]['type']}"
    return found


def test_previews_come_first_then_each_image_and_with_the_last_what_it_cost(site: Site) -> None:
    told = events(ask(site, n=2, seed=7, stream=True, partial_images=2, options={"seconds": 0.2}))
    kinds = [each["type"].removeprefix("image_generation.") for each in told]
    assert kinds == ["partial_image"] * 4 + ["completed"] * 2
    assert [each["partial_image_index"] for each in told[:4]] == [0, 1, 0, 1]
    assert pixels(told[0]).format == told[0]["output_format"].upper() == "JPEG"
    assert [pixels(each).size for each in told[4:]] == [(256, 256)] * 2
    assert [each["playground"]["seed"] for each in told[4:]] == [7, 7 + 1] or told[5]["playground"]["seeds"] == [7, 8]
    last = told[-1]
    assert last["usage"]["total_tokens"] > 0
    assert last["playground"]["run_id"] == site.playground.store.runs("api")[0].id


def test_without_previews_there_are_only_images(site: Site) -> None:
    assert [each["type"] for each in events(ask(site, stream=True))] == ["image_generation.completed"]


def test_an_edit_streams_under_its_own_name(site: Site) -> None:
    values = {"prompt": "a fox", "stream": "true", "partial_images": "1"}
    answer = httpx.post(f"{site.address}{EDITS}", data=values, files={"image": PICTURE}, timeout=60)
    assert [each["type"] for each in events(answer)] == ["image_edit.partial_image", "image_edit.completed"]


def test_what_is_wrong_before_anything_came_is_no_stream(site: Site) -> None:
    assert refused(ask(site, stream=True, n=50), 400)["param"] == "n"
    assert refused(httpx.post(f"{site.address}{GENERATIONS}", json={"stream": True}), 400)["param"] == "prompt"


def test_a_failure_within_a_stream_is_an_event_with_its_run(site: Site) -> None:
    lost = {"provider": True, "fail_after": 0, "failure": "time-out"}
    *_, last = events(ask(site, stream=True, options=lost))
    assert last["type"] == "error"
    assert last["error"]["playground"]["billed"] == "unknown"
    assert last["error"]["code"] == "generation_failed"
