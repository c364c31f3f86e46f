"""An enlargement by its sheet: what the sheet says becomes the request, and an empty seed is one to be drawn."""

import re
from dataclasses import replace

import pytest

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, NotFound
from backend.domain.events import Finished
from backend.domain.records import Run
from backend.domain.requests import TextToImage, Upscale
from backend.generation.generate import generate
from backend.playground import Playground
from ui.experiments.upscaling import brought, enlargement_asked
from ui.runs.sheets.upscale import Enlarged, upscale_html

REDRAW = {"method": "redraw", "factor": "2", "upscaler": "Lanczos", "prompt": "", "strength": "0.2", "steps": "3"}


@pytest.fixture
def run(playground: Playground, caller: Caller) -> Run:
    asked = TextToImage(prompt="a barn", seed=7, width=128, height=128, steps=1)
    *_, last = generate(playground, caller, "fake", asked)
    assert isinstance(last, Finished)
    return last.run


def asked(playground: Playground, run: Run, caller: Caller, **given: str) -> Upscale:
    (request,) = enlargement_asked(
        playground, Enlarged.result(run, run.images[0]), {**REDRAW, **given}, caller
    ).requests
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
        sheet = upscale_html(playground, Enlarged.result(run, replace(run.images[0], seed=image_seed)), caller)
        found = re.search(r'data-field="seed"[^>]* value="([^"]*)"', sheet)
        assert found
        return found[1]

    assert (told(7), told(None)) == ("7", "")


def test_a_picture_that_was_brought_is_made_larger_with_what_the_sheet_says(
    playground: Playground, run: Run, caller: Caller
) -> None:
    sha256 = run.images[0].sha256
    picture = Enlarged.picture(sha256, (128, 128), "a mill")
    sheet = upscale_html(playground, picture, caller)
    assert f'data-picture="{sha256}"' in sheet
    assert "256 × 256" in sheet
    assert "a mill" in sheet
    given = {"method": "sharp", "factor": "3", "upscaler": "Lanczos"}
    (request,) = enlargement_asked(playground, picture, given, caller).requests
    assert isinstance(request, Upscale)
    assert (request.image, request.factor, request.method) == (sha256, 3.0, "sharp")


def test_a_picture_of_somebody_else_or_of_nobody_is_not_there(playground: Playground, run: Run, caller: Caller) -> None:
    sha256 = run.images[0].sha256
    assert brought(playground, caller, sha256).size == (128, 128)
    for who, which in ((Caller(visitor="another"), sha256), (caller, "0" * 64)):
        with pytest.raises(NotFound, match="choose it again"):
            brought(playground, who, which)
