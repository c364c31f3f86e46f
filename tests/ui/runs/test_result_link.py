"""The page of a shared result."""

import re

import gradio as gr

from backend.domain.caller import Caller
from backend.domain.events import Finished
from backend.domain.requests import parse_request
from backend.generation.generate import generate
from backend.library.recipe_links import unpack
from backend.playground import Playground
from tests.ui.serving.test_caller import request_of
from ui.runs.result_link import RESULT, SharedResult
from ui.serving.served import Served


def test_its_settings_lay_in_the_words_as_they_were_drawn(playground: Playground, caller: Caller) -> None:
    drawn = r"\{{what}} \{a|b}"
    asked = parse_request({"mode": "text_to_image", "prompt": "{{what}} {a|b}", "width": 128, "height": 128})
    *_, last = generate(playground, caller, "fake", asked)
    assert isinstance(last, Finished)
    token = playground.result_links.share(last.run.id, last.run.visitor)
    with gr.Blocks():
        shared = SharedResult(playground, Served(playground.files, playground.holders), gr.HTML())
    asker = request_of()
    asker.request.scope["query_string"] = f"{RESULT}={token}".encode()  # type: ignore[union-attr]
    (shown,) = shared.opened(asker).values()
    link = re.search(r"\?recipe=([\w.-]+)", shown["value"])
    assert link
    assert "{{what}} {a|b}" in shown["value"]
    assert unpack(link[1]).recipe["prompt"].replace(r"\{\{", r"\{{") == drawn
