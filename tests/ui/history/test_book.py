"""The prompt book on the page: what its buttons change, and whose it is."""

import dataclasses
import html
import re
from typing import Any

import gradio as gr
import pytest

from backend.domain.caller import Caller
from backend.domain.events import Finished
from backend.domain.records import Run
from backend.domain.requests import TextToImage
from backend.generation.generate import generate
from backend.prompts.expansion import expand
from backend.record.book import Words
from backend.visitors.identity import API, visitor_id
from tests.serving import Site
from tests.ui.test_lost_files import answer, tiles_of
from ui.history.book import MOST_SEEN
from ui.history.search import shows_prompts
from ui.page import build

TOKEN, OTHER = "7" * 32, "8" * 32
SEEN = {"values": {"mode": "text_to_image", "backend": "fake"}, "turn": "1"}


def draw(site: Site, prompt: str, *, visitor: str = "", **fields: Any) -> Run:
    asked = TextToImage(prompt=prompt, width=128, height=128, steps=1, **fields)
    *_, last = generate(site.playground, Caller(visitor=visitor or visitor_id(TOKEN)), "fake", asked)
    assert isinstance(last, Finished)
    return last.run


def book(page: gr.Blocks, token: str = TOKEN, **search: Any) -> str:
    told = answer(page, "refreshed", token, data=SEEN, search={"view": "prompts", **search}, shown=24)
    return tiles_of(told)


def prompts(page: gr.Blocks, token: str = TOKEN, **search: Any) -> list[str]:
    return [
        html.unescape(found)
        for found in re.findall(r'class="prompt"[^>]*>(?:<summary[^>]*>)?(.*?)<', book(page, token, **search))
    ]


def press(page: gr.Blocks, act: str, prompt: Words, **given: Any) -> dict[str, Any]:
    return answer(page, "act", TOKEN, data={"act": act, "digest": prompt.digest, **given})


def cells(told: dict[str, Any]) -> dict[str, Any]:
    return {name: change["value"] for name, change in told["sheet"]["changes"]["cells"].items()}


@pytest.mark.parametrize("given", [None, 7, {}, {"view": "pictures"}, {"view": ["prompts"]}])
def test_pictures_are_shown_unless_prompts_are_asked_for(given: Any) -> None:
    assert not shows_prompts(given)
    assert shows_prompts({"view": "prompts"})


def test_what_was_used_is_searched_starred_and_kept(page: gr.Blocks, own_site: Site) -> None:
    run = draw(own_site, "a starred fox")
    draw(own_site, "a plain owl")
    assert prompts(page)[:2] == ["a plain owl", "a starred fox"]
    assert prompts(page, words="starred fo") == ["a starred fox"]
    assert prompts(page, words="zebra") == []
    assert "fits this search" in book(page, words="zebra")
    words = Words("a starred fox")
    press(page, "star-prompt", words, run=run.id)
    assert prompts(page, favourites=True) == ["a starred fox"]
    answer(page, "act", TOKEN, data={"act": "delete", "run": run.id, "index": "0"})
    assert "kept by its star" in book(page, favourites=True)
    press(page, "unstar-prompt", words)
    assert prompts(page, favourites=True) == []
    assert "a starred fox" not in prompts(page)


def test_stars_alone_keep_the_history_on_the_page(page: gr.Blocks, own_site: Site) -> None:
    def shown() -> bool:
        told = answer(page, "refreshed", "9" * 32, data=SEEN, search={}, shown=24)
        return bool(told["history"]["visible"])

    assert not shown()
    own_site.playground.prompt_book.star(visitor_id("9" * 32), Words("a kept fox"))
    assert shown()
    assert prompts(page, "9" * 32) == ["a kept fox"]


@pytest.mark.parametrize("drawn", ["a {red|blue} fox", "{{animal}} in __snow__", '{"scene": {"of_a": "fox"}}', "a fox"])
def test_used_words_mean_in_the_form_what_they_were_and_undo_brings_back_what_stood_there(
    page: gr.Blocks, own_site: Site, drawn: str
) -> None:
    run = draw(own_site, drawn, negative_prompt="no {snow|ice}")
    words = Words(drawn, "no {snow|ice}")
    before = {"words": 'my <own> "words"', "negative": "mine & yours", "styles": '["Watercolour"]'}
    told = press(page, "use", words, run=run.id, **before)
    assert expand(told["prompt"]["value"], 0, {}) == drawn
    assert expand(cells(told)["negative_prompt"], 0, {}) == "no {snow|ice}"
    assert told["styles"]["value"] == []
    note = told["notice"]["value"]
    offered = {name: html.unescape(value) for name, value in re.findall(r'data-(\w+)="([^"]*)"', note)}
    back = answer(page, "act", TOKEN, data=offered)
    assert (back["prompt"]["value"], cells(back)["negative_prompt"]) == (before["words"], before["negative"])
    assert back["styles"]["value"] == ["Watercolour"]
    assert not back["notice"]["visible"]


@pytest.mark.parametrize("styles", ["", "no json", "7", '{"a": 1}'])
def test_undo_of_what_no_page_says_brings_back_no_style(page: gr.Blocks, styles: str) -> None:
    assert answer(page, "act", TOKEN, data={"act": "unuse", "styles": styles})["styles"]["value"] == []


def test_a_forgotten_prompt_is_brought_back_by_undo_or_from_the_trash(page: gr.Blocks, own_site: Site) -> None:
    run = draw(own_site, "a forgotten fox")
    words = Words("a forgotten fox")
    told = press(page, "forget-prompt", words, run=run.id)
    assert words.digest in told["undo"]["value"]
    assert words.prompt not in prompts(page)
    assert prompts(page, trash=True) == [words.prompt]
    assert "Bring back" in book(page, trash=True)
    press(page, "recall-prompt", words)
    assert words.prompt in prompts(page)
    assert "No forgotten prompt" in book(page, trash=True)


@pytest.mark.parametrize("act", ["use", "star-prompt", "forget-prompt"])
def test_one_visitor_reaches_nothing_of_anothers(page: gr.Blocks, own_site: Site, act: str) -> None:
    run = draw(own_site, "a secret fox", visitor=visitor_id(OTHER))
    own_site.playground.prompt_book.star(visitor_id(OTHER), Words("a secret owl"))
    assert not {"a secret fox", "a secret owl"} & {*prompts(page), *prompts(page, favourites=True)}
    for words in (Words("a secret fox"), Words("a secret owl")):
        with pytest.raises(gr.Error, match="This prompt is gone"):
            press(page, act, words, run=run.id)
    assert {"a secret fox", "a secret owl"} <= {*prompts(page, OTHER)}


def test_another_prompt_than_the_runs_is_never_taken_for_it(page: gr.Blocks, own_site: Site) -> None:
    run = draw(own_site, "a true fox")
    with pytest.raises(gr.Error, match="This prompt is gone"):
        press(page, "use", Words("a false fox"), run=run.id)


def test_what_programs_used_stands_in_the_book_on_this_machine_alone(page: gr.Blocks, own_site: Site) -> None:
    run = draw(own_site, "a programs fox", visitor=API)
    words = Words("a programs fox")
    assert words.prompt in prompts(page)
    press(page, "star-prompt", words, run=run.id)
    assert words.prompt in prompts(page, favourites=True)
    public = own_site.playground.settings.model_copy(update={"share": True})
    house = build(dataclasses.replace(own_site.playground, settings=public))
    assert words.prompt not in prompts(house, OTHER)


def test_markup_in_a_prompt_is_only_signs_and_a_long_one_opens(page: gr.Blocks, own_site: Site) -> None:
    draw(own_site, "<b>bold</b> & {0} fox", negative_prompt="<i>not</i>")
    shelf = book(page)
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; {0} fox" in shelf
    assert "&lt;i&gt;not&lt;/i&gt;" in shelf
    draw(own_site, "long " * MOST_SEEN)
    assert "<summary" in book(page, words="long")


def test_a_picture_that_is_lost_leaves_its_words(page: gr.Blocks, own_site: Site) -> None:
    run = draw(own_site, "a lost fox")
    own_site.playground.files.path(run.images[0].sha256).unlink()
    assert prompts(page, words="a lost fox") == ["a lost fox"]
    assert 'class="picture none"' in book(page, words="a lost fox")
