"""Details by their sheet: what the sheet says becomes image to image at strength 0 with them."""

from dataclasses import replace

import pytest

from backend.adapters.fake import FakeBackend
from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, NotReady
from backend.domain.events import Finished
from backend.domain.records import Run
from backend.domain.requests import ImageToImage, TextToImage
from backend.generation.generate import generate
from backend.playground import Playground
from ui.experiments.upscaling import detailing_asked
from ui.runs.sheets.detail import detail_html

CHOSEN = {"targets": "face hand", "prompt": "an old sailor", "strength": "0.4", "confidence": "0.5", "seed": ""}


@pytest.fixture
def run(playground: Playground, caller: Caller) -> Run:
    asked = TextToImage(prompt="a sailor", seed=7, width=128, height=128, steps=3, guidance=2.0, count=2)
    *_, last = generate(playground, caller, "fake", asked)
    assert isinstance(last, Finished)
    return last.run


def asked(playground: Playground, run: Run, caller: Caller, **given: str) -> ImageToImage:
    (request,) = detailing_asked(playground, run, run.images[0], {**CHOSEN, **given}, caller).requests
    assert isinstance(request, ImageToImage)
    return request


def test_the_picture_stays_and_its_parts_are_drawn_as_it_was(playground: Playground, run: Run, caller: Caller) -> None:
    request = asked(playground, run, caller, seed="12")
    assert (request.image, request.strength, request.seed) == (run.images[0].sha256, 0, 12)
    assert (request.prompt, request.steps, request.guidance, request.count) == ("an old sailor", 3, 2.0, 1)
    assert (request.width, request.height) == (None, None)
    assert [each.model_dump(exclude_defaults=True) for each in request.details] == [
        {"confidence": 0.5, "strength": 0.4},
        {"target": "hand", "confidence": 0.5, "strength": 0.4},
    ]


def test_another_backends_numbers_are_not_taken_over(playground: Playground, run: Run, caller: Caller) -> None:
    request = asked(playground, replace(run, backend="gone"), caller)
    assert (request.steps, request.guidance) == (8, 1.0)


def test_an_empty_seed_is_one_to_be_drawn(playground: Playground, run: Run, caller: Caller) -> None:
    seeds = {asked(playground, run, caller).seed for _ in range(2)}
    assert 7 not in seeds
    assert len(seeds) == 2 or seeds == {-1}


@pytest.mark.parametrize(("name", "value"), [("targets", "foot"), ("strength", "2"), ("prompt", ""), ("seed", "seven")])
def test_what_is_none_is_refused_by_name(
    playground: Playground, run: Run, caller: Caller, name: str, value: str
) -> None:
    with pytest.raises(InvalidRequest, match="target" if name == "targets" else name):
        asked(playground, run, caller, **{name: value})


def test_where_nobody_draws_details_the_sheet_says_why(
    playground: Playground, run: Run, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = FakeBackend.capabilities.takes - {"details.target"}
    monkeypatch.setattr(FakeBackend, "capabilities", replace(FakeBackend.capabilities, takes=without))
    assert "Nobody draws faces or hands again here" in detail_html(playground, run, run.images[0], caller)
    with pytest.raises(NotReady):
        asked(playground, run, caller)
