"""Where playing together stands: a button in the head, and the room's board in the rail beside the stage."""

from dataclasses import dataclass

import gradio as gr

from ui.events.options import on_load

_BUTTON = (
    '<button type="button" id="together-open" aria-haspopup="dialog" title="Draw side by side, over a link">'
    '<span>Together</span><span class="count" translate="no" hidden></span></button>'
)
_BOARD = (
    '<section class="board" aria-label="Room" hidden><div class="board-head"></div>'
    '<p class="told" role="status"></p><ul class="people" aria-label="Who is here"></ul>'
    '<div class="games"></div>'
    '<div class="strip"></div><p class="quiet nothing">What anybody here draws lands here at once.</p></section>'
)


@dataclass(frozen=True, slots=True)
class TogetherArea:
    """The component that asks and answers for the room; the button and the board are its script's to draw."""

    answers: gr.HTML


def together_area() -> TogetherArea:
    """Lay out the button; call it inside the head's row."""
    gr.HTML(_BUTTON, elem_id="together", apply_default_css=False)
    answers = gr.HTML(
        "",
        html_template="",
        js_on_load=on_load("together", "ask"),
        visible="hidden",
        elem_id="together-answers",
        apply_default_css=False,
    )
    return TogetherArea(answers)


def board_area() -> gr.HTML:
    """Lay out the board; call it inside the rail."""
    return gr.HTML(_BOARD, elem_id="board", apply_default_css=False)
