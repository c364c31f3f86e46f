"""Where results appear: the present run on the stage, and the earlier ones in the rail beside it."""

from collections.abc import Mapping
from dataclasses import dataclass

import gradio as gr

from backend.playground import Playground
from ui.events.options import on_load
from ui.history.looking import HistoryArea, history_area
from ui.layout.empty_stage import Examples, empty_stage
from ui.runs.recovering import recovering_area
from ui.runs.result_link import result_link_area
from ui.runs.sheets.sheet import sheet_area
from ui.serving.served import Served
from ui.together.areas import board_area

WATERMARKED = (
    '<p class="hint">'
    "Results of 256 pixels a side and more carry a watermark in their pixels: it changes them a "
    "little, also outside a mask.</p>"
)
_RAIL = (
    '<button type="button" aria-expanded="true">History</button>'
    '<div class="views" role="group" aria-label="What stands beside the stage" hidden>'
    '<button type="button" data-view="board" aria-pressed="true">Room</button>'
    '<button type="button" data-view="history" aria-pressed="false">History</button></div>'
    '<p class="quiet">What you make will stand here, and can be taken up again.</p>'
)
"""Over the rail: its one button, in a room two more, and what it says before there is any history."""


@dataclass(frozen=True, slots=True)
class ResultsArea:
    """The components of the result side."""

    stage: gr.HTML
    recoverable: gr.HTML
    inspector: gr.HTML
    link: gr.HTML
    sheet: gr.HTML
    history: HistoryArea


def results_area(
    playground: Playground, served: Served, easel: gr.HTML, examples: Mapping[str, Examples]
) -> ResultsArea:
    """Lay out the pane of easel and stage, which begins with each backend's pictures or prompts, and the rail."""
    chosen = playground.choose("auto").name
    with gr.Column(elem_id="results", min_width=280):
        easel.render()
        beginnings = [(playground.backends[name], found) for name, found in examples.items()]
        stage = gr.HTML(
            [empty_stage(beginnings, chosen)],
            html_template='${value.join("")}',
            elem_id="stage",
            apply_default_css=False,
        )
        recoverable = recovering_area()
        inspector = gr.HTML(
            "", visible=False, elem_id="inspector", js_on_load=on_load("inspector"), apply_default_css=False
        )
        link = result_link_area()
        sheet = sheet_area()
        if playground.settings.watermark:
            gr.HTML(WATERMARKED, elem_id="watermarked", apply_default_css=False)
    with gr.Column(elem_id="rail", min_width=200):
        gr.HTML(_RAIL, elem_id="rail-head", js_on_load=on_load("rail"), apply_default_css=False)
        board_area()
        history = history_area(playground, served)
    return ResultsArea(stage, recoverable, inspector, link, sheet, history)
