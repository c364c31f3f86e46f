"""What the result side says before there is a result."""

from dataclasses import replace

import gradio as gr
import pytest

from backend.playground import Playground
from tests.ui.head.test_languages import LANGUAGES, known
from ui.canvas.canvas import easel
from ui.head.languages import words
from ui.layout.results_area import WATERMARKED, results_area
from ui.serving.served import Served


@pytest.mark.parametrize("on", [True, False])
def test_where_results_are_watermarked_the_page_says_so(playground: Playground, on: bool) -> None:
    switched = replace(playground, settings=playground.settings.model_copy(update={"watermark": on}))
    with gr.Blocks() as page:
        results_area(switched, Served(switched.files, switched.holders), easel(), {})
    assert (WATERMARKED in [getattr(block, "value", None) for block in page.blocks.values()]) is on


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_said_in_every_language(language: str) -> None:
    sentence = WATERMARKED.removeprefix('<p class="hint">').removesuffix("</p>")
    assert known(sentence, dict(words(language)))
