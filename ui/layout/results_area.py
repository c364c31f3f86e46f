"""Where results appear: the present run on the stage, and the earlier ones in the rail beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import gradio as gr
from markupsafe import Markup

from backend.playground import Playground
from ui.events.options import on_load
from ui.history.tiles import HistoryArea, history_area
from ui.runs.recovering import recovering_area
from ui.runs.result_link import result_link_area
from ui.runs.sheets.sheet import sheet_area

MOST_EXAMPLES = 6
WATERMARKED = (
    '<p class="hint">'
    "Results of 256 pixels a side and more carry a watermark in their pixels: it changes them a "
    "little, also outside a mask.</p>"
)
_PICTURE = Markup(
    '<svg viewBox="0 0 48 48" aria-hidden="true"><rect x="5" y="9" width="38" height="30" rx="5"/>'
    '<circle cx="16" cy="20" r="4"/><path d="M7 35l11-10 8 7 6-5 9 8"/></svg>'
)
_HOW = Markup(
    '<p class="by-keys">Write what you want to see, then press <kbd>Ctrl</kbd>&nbsp;<kbd>Enter</kbd>.</p>'
    '<p class="by-touch">Write what you want to see, then press Generate.</p>'
)

_RAIL = (
    '<button type="button" aria-expanded="true">History</button>'
    '<p class="quiet">What you make will stand here, and can be taken up again.</p>'
)
"""Over the rail: its one button, and what it says before there is any history."""


@dataclass(frozen=True, slots=True)
class ResultsArea:
    """The components of the result side."""

    stage: gr.HTML
    recoverable: gr.HTML
    inspector: gr.HTML
    link: gr.HTML
    sheet: gr.HTML
    history: HistoryArea


def empty_stage(examples: Mapping[str, Sequence[tuple[str, str]]], chosen: str) -> str:
    """Return what stands where results will: how to begin, and each backend's prompts (title and words)."""
    chips = Markup("").join(_chips(backend, found, shown=backend == chosen) for backend, found in examples.items())
    return str(Markup('<div class="empty">{}{}{}</div>').format(_PICTURE, _HOW, chips))


def _chips(backend: str, examples: Sequence[tuple[str, str]], *, shown: bool) -> Markup:
    chips = Markup("").join(
        Markup('<button type="button" data-prompt="{}" {}>{}</button>').format(
            prompt, Markup('translate="no"') if title == prompt else "", title
        )
        for title, prompt in examples[:MOST_EXAMPLES]
    )
    hidden = "" if shown else "hidden"
    return Markup('<div class="chips" data-of="{}" {}>{}</div>').format(backend, hidden, chips)


def results_area(
    playground: Playground, easel: gr.HTML, examples: Mapping[str, Sequence[tuple[str, str]]]
) -> ResultsArea:
    """Lay out the pane of easel and stage, which begins with each backend's prompts, and the rail."""
    chosen = playground.choose("auto").name
    with gr.Column(elem_id="results", min_width=280):
        easel.render()
        stage = gr.HTML(empty_stage(examples, chosen), elem_id="stage", apply_default_css=False)
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
        history = history_area(playground)
    return ResultsArea(stage, recoverable, inspector, link, sheet, history)
