"""A result's link: made, shown and taken back on a sheet over the page; `ui/endpoints/results` has its own page."""

import gradio as gr
from markupsafe import Markup

from ui.events.options import on_load
from ui.events.page_events import news
from ui.serving.address import result_address

_LINK = Markup(
    '<div class="result-link" data-run="{run}" data-turn="{turn}"><h2>Link to this result</h2>'
    "<p>Whoever has this address sees this run, its images and settings; neither your inputs, nor who you are.</p>"
    '<div class="result-link-row">'
    '<input type="text" readonly aria-label="Address" value="{address}">'
    '<button type="button" data-copy-address autofocus>Copy</button></div>'
    '<p class="told" role="status"><span data-told="copied" hidden>The address is copied.</span>'
    '<span data-told="closed" hidden>'
    "This browser keeps its clipboard shut: the address is marked, copy it yourself.</span></p>"
    '<div class="result-link-row end"><button type="button" data-act="unshare">Take the link back</button>'
    '<a href="{address}" target="_blank" rel="noopener">Look at its page</a>'
    '<button type="button" data-close>Close</button></div></div>'
)
_REVOKED = Markup(
    '<div class="result-link" data-turn="{turn}"><h2>The link was taken back</h2>'
    '<p role="status">Its address shows nothing any more. Press Link again for a new one.</p>'
    '<div class="result-link-row end"><button type="button" data-close autofocus>Close</button></div></div>'
)


def link_html(run_id: str, token: str, own: str) -> str:
    """Return the link to a run's result, to be copied and taken back; each time another value, so that it is seen.

    `own` is the playground's own address.
    """
    return str(_LINK.format(run=run_id, address=result_address(own, token), turn=news()))


def revoked_html() -> str:
    """Return what is said once a link was taken back."""
    return str(_REVOKED.format(turn=news()))


def result_link_area() -> gr.HTML:
    """Lay out the component whose every value is shown on a sheet over the page, wherever on it the button was."""
    script = on_load("result_link")
    return gr.HTML(
        "", html_template="", js_on_load=script, visible="hidden", elem_id="result-link", apply_default_css=False
    )
