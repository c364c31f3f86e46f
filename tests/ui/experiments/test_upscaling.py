"""An enlargement by its sheet: what the sheet says becomes the request, and an empty seed is one to be drawn."""

import re
from dataclasses import replace

import pytest

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest
from backend.domain.events import Finished
from backend.domain.records import Run
from backend.domain.requests import TextToImage, Upscale
from backend.generation.generate import generate
from backend.playground import Playground
from ui.experiments.upscaling import enlargement_asked
from ui.runs.sheets.upscale import upscale_html

REDRAW = {"method": "redraw", "factor": "2", "upscaler": "Lanczos", "prompt": "", "strength": "0.2", "steps": "3"}


@pytest.fixture
def run(playground: Playground, caller: Caller) -> Run:
    asked = TextToImage(prompt="a barn", seed=7, width=128, height=128, steps=1)
    *_, last = generate(playground, caller, "fake", asked)
    assert isinstance(last, Finished)
    return last.run


def asked(playground: Playground, run: Run, caller: Caller, **given: str) -> Upscale:
    (request,) = enlargement_asked(playground, run, run.images[0], {**REDRAW, **given}, caller).requests
    assert isinstance(request, Upscale)
    return request


def test_what_the_sheet_says_is_asked_for_and_emptied_words_stay_empty(
    playground: Playground, run: Run, caller: Caller
) -> None:
    found = asked(playground, run, caller, seed="12")
    assert (found.prompt, found.seed, found.steps, found.strength) == ("", 12, 3, 0.2)


@pytest.mark.parametrize("blank", ["", "  "])
def test_an_empty_seed_is_drawn_as_it_is_in_the_form(
    playground: Playground, run: Run, caller: Caller, blank: str
) -> None:
    seeds = {asked(playground, run, caller, seed=blank).seed for _ in range(2)}
    assert not seeds & {run.images[0].seed, 0}
    assert len(seeds) == 2 or seeds == {-1}


def test_without_a_seed_on_the_sheet_it_is_the_images_own(playground: Playground, run: Run, caller: Caller) -> None:
    assert asked(playground, run, caller).seed == 7


def test_a_seed_that_is_none_is_refused_by_name(playground: Playground, run: Run, caller: Caller) -> None:
    with pytest.raises(InvalidRequest, match="seed"):
        asked(playground, run, caller, seed="seven")


def test_a_picture_whose_seed_is_unknown_begins_with_an_empty_one(
    playground: Playground, run: Run, caller: Caller
) -> None:
    def told(image_seed: int | None) -> str:
        sheet = upscale_html(playground, run, replace(run.images[0], seed=image_seed), caller)
        found = re.search(r'data-field="seed"[^>]* value="([^"]*)"', sheet)
        assert found
        return found[1]

    assert (told(7), told(None)) == ("7", "")
