import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image

from backend.adapters.fake import FakeBackend
from backend.domain.caller import Caller
from backend.domain.capabilities import Limit, Options
from backend.domain.events import Finished
from backend.domain.requests import ControlNet, Request, TextToImage, parse_request
from backend.experiments.compare import compare, contenders, is_comparison, price
from backend.images.encoding import encode
from backend.playground import Playground
from backend.prompts.styles import Style
from backend.prompts.wording import Wording


class Narrow(FakeBackend):
    """A fake that lacks a scheduler's choice, options of its own, LoRAs and large steps."""

    name = "narrow"
    label = "Narrow"
    capabilities = replace(
        FakeBackend.capabilities,
        modes=("text_to_image", "controlnet"),
        reasons={
            "scheduler": "has one scheduler only.",
            "loras": "takes none.",
            "low_threshold": "finds its own edges.",
            "high_threshold": "finds its own edges.",
        },
        limits={"steps": Limit(most=8)},
        options=Options,
    )


class Absent(FakeBackend):
    """A fake that wants a key."""

    name = "absent"
    label = "Absent"

    def missing(self, caller: Caller) -> str | None:
        return "Paste a key."


@pytest.fixture
def control_image(playground: Playground) -> str:
    return playground.files.put(encode(Image.new("RGB", (64, 64)), "png"), "png")


@pytest.fixture
def three(playground: Playground) -> Playground:
    backends = {"fake": playground.backends["fake"]}
    backends |= {"narrow": Narrow(playground.files), "absent": Absent(playground.files)}
    return replace(playground, backends=backends)


def a_request(**values: Any) -> Request:
    return parse_request({"mode": "text_to_image", "prompt": "a fox", **values})


def test_what_another_backend_lacks_is_left_out_and_listed(three: Playground, caller: Caller) -> None:
    asked = a_request(scheduler="Heun", loras=[{"model": "x"}], options={"seconds": 0.0})
    first, narrow, _ = contenders(three, caller, asked, chosen="fake")
    assert first.request.options == {"seconds": 0.0}
    assert (first.left_out, first.refusal) == ((), None)
    assert {problem.field for problem in narrow.left_out} == {"options", "scheduler", "loras"}
    assert (narrow.request.scheduler, narrow.request.loras, narrow.request.options) == ("Default", (), {})


def test_thresholds_are_left_out_together_where_another_backend_finds_edges_its_own_way(
    three: Playground, caller: Caller, control_image: str
) -> None:
    asked = parse_request(
        {"mode": "controlnet", "prompt": "a fox", "image": control_image, "low_threshold": 20, "high_threshold": 60}
    )
    _, narrow, _ = contenders(three, caller, asked, chosen="fake")
    assert isinstance(narrow.request, ControlNet)
    assert (narrow.request.low_threshold, narrow.request.high_threshold) == (100, 200)
    assert {problem.field for problem in narrow.left_out} == {"low_threshold", "high_threshold"}


def test_all_share_one_seed_and_one_size(three: Playground, caller: Caller) -> None:
    found = contenders(three, caller, a_request(), chosen="fake")
    assert len({one.request.seed for one in found}) == 1
    assert found[0].request.seed >= 0
    size = three.backends["fake"].capabilities.default_size
    requests = [one.request for one in found]
    assert all(
        isinstance(one, TextToImage) and (one.width, one.height) == (size.width, size.height) for one in requests
    )


def test_what_would_draw_another_picture_is_refused_not_changed(three: Playground, caller: Caller) -> None:
    _, narrow, absent = contenders(three, caller, a_request(steps=20), chosen="fake")
    assert narrow.request.steps == 20
    assert "the most is 8" in (narrow.refusal or "")
    assert absent.refusal == "Paste a key."


def test_those_that_can_run_do_and_the_others_are_left(three: Playground, caller: Caller) -> None:
    running = contenders(three, caller, a_request(seed=5), chosen="fake")
    runs = {name: event.run for name, event in compare(three, caller, running) if isinstance(event, Finished)}
    assert set(runs) == {"fake 0", "narrow 0"}
    assert {run.images[0].seed for run in runs.values()} == {5}
    assert {run.backend for run in three.store.runs(caller.visitor)} == {"fake", "narrow"}


def test_only_the_named_are_asked(three: Playground, caller: Caller) -> None:
    found = contenders(three, caller, a_request(), chosen="narrow", names=["narrow", "fake"])
    assert [one.backend for one in found] == ["narrow", "fake"]


def test_where_one_cannot_draw_the_size_all_draw_the_nearest_that_they_share(three: Playground, caller: Caller) -> None:
    small = replace(Narrow.capabilities, limits={name: Limit(most=300) for name in ("width", "height")})
    three.backends["narrow"].capabilities = small  # type: ignore[misc]
    fake, narrow, _ = contenders(three, caller, a_request(width=1024, height=1024), chosen="fake")
    assert fake.size == narrow.size == (256, 256)
    assert {(one.requests[0].width, one.requests[0].height) for one in (fake, narrow)} == {(256, 256)}
    wide, _, _ = contenders(three, caller, a_request(width=384, height=256), chosen="fake")
    assert wide.size == (256, 256)


def test_a_size_that_all_can_draw_stays(three: Playground, caller: Caller) -> None:
    fake, narrow, _ = contenders(three, caller, a_request(width=1024, height=512), chosen="fake")
    assert fake.size is narrow.size is None
    assert (fake.request.width, narrow.request.height) == (1024, 512)  # type: ignore[union-attr]


def test_all_draw_the_same_words_where_the_prompt_has_choices_and_styles(three: Playground, caller: Caller) -> None:
    wording = Wording([Style(name="oil", prompt="{prompt} in oil by __who__")], {"who": ("ann", "bob")})
    asked = a_request(prompt="a {red|blue} fox", count=3)
    fake, narrow, _ = contenders(three, caller, asked, chosen="fake", wording=wording)
    words = [one.prompt for one in fake.requests]
    assert words == [one.prompt for one in narrow.requests]
    assert all(re.fullmatch("a (red|blue) fox in oil by (ann|bob)", one) for one in words)
    ended = [key for key, event in compare(three, caller, (fake, narrow)) if isinstance(event, Finished)]
    assert sorted(ended) == sorted(f"{name} {index}" for name in ("fake", "narrow") for index in range(3))


def test_the_price_is_the_sum_of_those_that_take_part(three: Playground, caller: Caller) -> None:
    paid = {"provider": True, "cost_usd": "0.002"}
    running = contenders(three, caller, a_request(prompt="a {red|blue} fox", count=2, options=paid), chosen="fake")
    assert (price(running).likely, price(running).free) == (Decimal("0.004"), False)
    assert is_comparison(running)
    assert not is_comparison(running[2:])
