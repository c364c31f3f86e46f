"""Where results appear: the present run, and the earlier ones under it."""

from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from ui.history import HistoryArea, history_area

EMPTY = (
    '<div class="empty"><svg viewBox="0 0 48 48" aria-hidden="true"><rect x="5" y="9" width="38" height="30" rx="5"/>'
    '<circle cx="16" cy="20" r="4"/><path d="M7 35l11-10 8 7 6-5 9 8"/></svg>'
    "<p>Write what you want to see, then press <kbd>Ctrl</kbd>&nbsp;<kbd>Enter</kbd>.</p></div>"
)


@dataclass(frozen=True, slots=True)
class ResultsArea:
    """The components of the result side."""

    stage: gr.HTML
    history: HistoryArea


def results_area() -> ResultsArea:
    """Lay out the result side."""
    script = (Path(__file__).parent / "cards.js").read_text(encoding="utf-8")
    with gr.Column(elem_id="results", min_width=280):
        stage = gr.HTML(EMPTY, elem_id="stage", js_on_load=script, apply_default_css=False)
        history = history_area(script)
    return ResultsArea(stage, history)
