"""Small buttons that share one event of the page."""

from collections.abc import Iterator

import gradio as gr
import pytest

from tests.ui.serving.test_caller import request_of
from ui.events.buttons import PRESS, Presses, Updates


@pytest.fixture
def layout() -> Iterator[tuple[Presses, gr.Button, gr.Button, gr.Textbox]]:
    """Return two buttons on a page, one of which is told behind, and a box that the first reads."""
    with gr.Blocks():
        presses, box = Presses(gr.HTML("")), gr.Textbox("")
        first, second = gr.Button("Shout", elem_id="shout"), gr.Button("Empty", elem_id="empty")
        presses.on(first, lambda text, _request: {box: text.upper()}, [box], [box], refresh=True)
        presses.on(second, lambda _request: {box: ""}, (), [box])
        yield presses, first, second, box


def pressed(presses: Presses, box: gr.Textbox, data: object) -> Updates:
    """Return what a browser's word changes while the box says `quiet`."""
    return presses.answer({box: "quiet"}, gr.EventData(None, data), request_of())


def test_the_button_that_was_pressed_answers_with_what_it_reads(
    layout: tuple[Presses, gr.Button, gr.Button, gr.Textbox],
) -> None:
    presses, first, second, box = layout
    assert first.elem_classes == second.elem_classes == [PRESS]
    assert pressed(presses, box, {"button": "shout"})[box] == "QUIET"
    assert pressed(presses, box, {"button": "empty"})[box] == ""


def test_news_are_told_behind_the_buttons_that_make_some(
    layout: tuple[Presses, gr.Button, gr.Button, gr.Textbox],
) -> None:
    presses, *_, box = layout
    told = [pressed(presses, box, {"button": "shout"})[presses.place] for _ in range(2)]
    assert told[0] != told[1]
    assert pressed(presses, box, {"button": "empty"})[presses.place] == gr.skip()


@pytest.mark.parametrize("data", [None, "shout", {"button": ["shout"]}, {"button": "generate"}, {}])
def test_a_button_that_nobody_knows_changes_nothing(
    layout: tuple[Presses, gr.Button, gr.Button, gr.Textbox], data: object
) -> None:
    presses, *_, box = layout
    assert pressed(presses, box, data) == {presses.place: gr.skip()}
