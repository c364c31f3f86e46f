"""The place of all sheets over the page, and one that only says why there is nothing on it."""

import gradio as gr
from markupsafe import Markup

from backend.domain.capabilities import Estimate
from ui.events.options import on_load
from ui.events.page_events import news
from ui.look import words

_REFUSED = Markup(
    '<div data-turn="{turn}"><h2>{head}</h2><p role="status">{why}</p>'
    '<div class="result-link-row end"><button type="button" data-close autofocus>Close</button></div></div>'
)


def sheet_area() -> gr.HTML:
    """Lay out the component whose every value is shown on a sheet over the page, wherever on it the button was."""
    return gr.HTML(
        "", html_template="", js_on_load=on_load("sheet"), visible="hidden", elem_id="sheets", apply_default_css=False
    )


def refused_html(head: str, why: str) -> str:
    """Return a sheet that says why there is nothing on it; each time another value, so that it is seen."""
    return str(_REFUSED.format(head=head, why=why, turn=news()))


def priced_words(estimate: Estimate) -> str:
    """Return what stands on a sheet's button: what its run may cost and take, as far as that is known."""
    price = "" if estimate.free else words.price(estimate)
    time = "" if estimate.seconds is None else f"≈ {words.duration(estimate.seconds)}"
    return " · ".join(each for each in (price, time) if each)
