"""The recipe of a result: what it says and what it never says, and that all its forms bring the settings back."""

import html
import io
import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from PIL import Image

from backend.domain.caller import Caller
from backend.domain.events import Finished
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.export.recipe_card import MOST_LINES, WIDTH, recipe_card
from backend.generation.generate import generate
from backend.images.metadata.origin import read_origin
from backend.playground import Playground
from backend.restore.read import read_metadata, read_pasted
from tests.ui.head.test_languages import LANGUAGES, Texts, known
from ui.head.languages import words
from ui.runs.sheets.recipe import recipe_html, recipe_rows
from ui.serving.served import SERVED, Served

ASKED = {"mode": "text_to_image", "prompt": "a red boat 船", "seed": 7, "width": 128, "height": 192, "steps": 5}


def drawn(playground: Playground, caller: Caller, **more: Any) -> Run:
    *_, last = generate(playground, caller, "fake", parse_request({**ASKED, **more}))
    assert isinstance(last, Finished)
    return last.run


def sheet_of(playground: Playground, run: Run, index: int = 0) -> str:
    served = Served(playground.files, playground.holders)
    return recipe_html(playground, served, run, run.images[index], run.visitor)


def card_of(told: str) -> Path:
    return Path(unquote(re.findall(rf'href="{re.escape(SERVED)}([^"]+)"', told)[0]))


def copies(told: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(r'data-copies="([^"]*)"', told)]


def test_all_that_made_it_stands_there_by_title(playground: Playground, caller: Caller) -> None:
    loras = [{"model": "ink.safetensors", "weight": 0.5}]
    run = drawn(playground, caller, negative_prompt="blurry", loras=loras, acceleration="high", count=2)
    rows = dict(recipe_rows(playground, run, run.images[1]))
    assert rows["Prompt"] == "a red boat 船"
    told = [rows[each] for each in ("Mode", "Negative prompt", "Seed", "Size", "Steps", "Sampler", "Guidance", "Shift")]
    assert told == ["Text to image", "blurry", "8", "128 × 192", "5", "Default", "1", "3"]
    assert (rows["LoRAs"], rows["Acceleration"]) == ("ink.safetensors × 0.5", "high")
    assert (rows["Backend"], rows["Cost"]) == (playground.backends["fake"].label, "free")


@pytest.mark.parametrize(
    ("kind", "usd", "said"),
    [
        ("billed", "0.0013", "$0.0013 billed"),
        ("estimated", "0.0013", "≈ $0.0013"),
        ("unknown", None, "cost unknown"),
        ("billed", None, "cost unknown"),
        ("free", None, "free"),
    ],
)
def test_a_bill_an_estimate_and_what_nobody_knows_are_told_apart(
    playground: Playground, caller: Caller, kind: Any, usd: str | None, said: str
) -> None:
    run = drawn(playground, caller)
    image = replace(run.images[0], cost_usd=Decimal(usd) if usd else None)
    rows = dict(recipe_rows(playground, replace(run, cost_kind=kind), image))
    assert rows["Cost"] == said


def test_each_of_its_forms_brings_the_settings_back(playground: Playground, caller: Caller) -> None:
    run = drawn(playground, caller, shift=2, count=2)
    told = sheet_of(playground, run, 1)
    text, note = copies(told)
    content = card_of(told).read_bytes()
    found = [read_pasted(text), read_pasted(note), read_pasted(json.dumps(json.loads(note), indent=2))]
    wanted = {"prompt": "a red boat 船", "seed": 8, "steps": 5, "width": 128, "height": 192, "shift": 2}
    for each in (*found, read_metadata(content)):
        assert each is not None
        assert {name: each.recipe.get(name) for name in wanted} == wanted
    origin = read_origin(content, playground.checker.read)
    assert origin is not None
    assert origin.term == "trainedAlgorithmicMedia"
    with Image.open(io.BytesIO(content)) as card:
        assert (card.format, card.width) == ("PNG", WIDTH)


def test_words_that_begin_as_json_are_words(playground: Playground) -> None:
    for words_ in ("{a|b} boat", '{"z-image-playground": 7}', '{"z-image-playground": {"request": "x"}}', "{"):
        assert read_pasted(words_) is None


def test_a_prompt_without_an_end_makes_a_card_with_one(playground: Playground, caller: Caller) -> None:
    run, long = drawn(playground, caller), "word " * 4000
    path = playground.files.path(run.images[0].sha256)
    content = recipe_card(path, run, run.images[0], [("Prompt", long), ("Seed", "7")])
    with Image.open(io.BytesIO(content)) as card:
        assert card.height < 192 + 200 + MOST_LINES * 30


def test_addresses_of_its_visitors_own_are_in_none_of_it(playground: Playground, caller: Caller) -> None:
    run = drawn(playground, caller)
    secret = "https://mine.example/hook"
    request = run.request.model_copy(update={"options": {"webhook_url": secret, "upload_endpoint": secret}})
    told = sheet_of(playground, replace(run, request=request))
    assert secret not in html.unescape(told)
    assert secret.encode() not in card_of(told).read_bytes()


def test_without_its_file_the_recipe_is_there_and_says_why_the_picture_isnt(
    playground: Playground, caller: Caller
) -> None:
    run = drawn(playground, caller)
    playground.files.path(run.images[0].sha256).unlink()
    told = sheet_of(playground, run)
    assert ("Download the card" in told, 'class="lost"' in told, "a red boat 船" in told) == (False, True, True)
    assert len(copies(told)) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_titles_are_there_in_every_language(playground: Playground, caller: Caller, language: str) -> None:
    run = drawn(playground, caller, negative_prompt="77", seed=7)
    table = dict(words(language))
    parts = [part.strip() for part in Texts(sheet_of(playground, run)).parts]
    assert [text for text in parts if not known(text, table) and not re.fullmatch(r"[\d.]+ (s|min)", text)] == []
