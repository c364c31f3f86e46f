"""Where a request is written: the mode, then prompt and Generate, always in sight; what belongs to them scrolls."""

from dataclasses import dataclass

import gradio as gr
from markupsafe import Markup

from backend.domain.caller import Caller
from backend.domain.requests import TABBED, Mode, TextToImage
from backend.playground import Playground
from ui.canvas.canvas import easel
from ui.events.options import on_load
from ui.form.token_line import token_line
from ui.form.variables import variables_area
from ui.library.form_link import ShareArea, share_area
from ui.look import words
from ui.modes import TABS
from ui.modes.bar import mode_bar
from ui.prompt_helper.row import HelperArea, helper_area
from ui.queue.adding import until_area
from ui.queue.queue_list import queue_area

_NOTIFY = (
    '<button type="button" aria-pressed="false" title="Tells you when a run ends in a tab you left" hidden></button>'
)
_HINTS = Markup("").join(
    # Each is a constant of its tab, with marks in it.
    Markup('<p class="hint" data-of="{}">{}</p>').format(mode, Markup(tab.hint))  # noqa: S704
    for mode, tab in TABS.items()
)
"""When each mode serves; the style sheet shows the chosen one's."""


@dataclass(frozen=True, slots=True)
class Compose:
    """The components of the writing part; `easel` is rendered on the stage, and the settings follow in `scroll`."""

    mode: gr.Textbox
    prompt: gr.Textbox
    variables: gr.HTML
    tokens: gr.HTML
    easel: gr.HTML
    mask: gr.Textbox
    bar: gr.Tabs
    tabs: dict[Mode, gr.Tab]
    generate: gr.Button
    stop: gr.Button
    enqueue: gr.Button
    queue: gr.HTML
    notice: gr.HTML
    compare: gr.Button
    exact: gr.Button
    left: gr.HTML
    share: ShareArea
    helper: HelperArea
    scroll: gr.Column


def compose(playground: Playground) -> Compose:
    """Lay out the writing part."""
    prompt_field = TextToImage.model_fields["prompt"]
    mode = gr.Textbox("text_to_image", visible="hidden", max_lines=1, label="Mode", elem_id="mode")
    mask = gr.Textbox("", visible="hidden", max_lines=1, label="Mask", elem_id="mask")
    bar, tabs = mode_bar(playground.choose("auto").capabilities)
    with gr.Column(elem_id="compose", min_width=280):
        prompt = gr.Textbox(
            label=prompt_field.title,
            placeholder="A red fox asleep in fresh snow, soft morning light …",
            lines=4,
            max_lines=4,  # the style sheet lets it grow: Gradio would measure the whole page at each start and key
            elem_id="prompt",
        )
        tokens = token_line()
        with gr.Row(elem_id="go"):
            generate = gr.Button(_first_label(playground), variant="primary", size="lg", elem_id="generate")
            # The style sheet shows it while Stop stands there.
            enqueue = gr.Button("Add to queue", size="lg", elem_id="enqueue")
            stop = gr.Button("Stop", variant="stop", size="lg", elem_id="stop", visible=False)
        left = gr.HTML("", visible=False, elem_id="left", apply_default_css=False)
    with gr.Column(elem_id="scroll", min_width=280) as scroll:
        queue = queue_area()
        notice = gr.HTML("", visible=False, elem_id="notice", apply_default_css=False)
        variables = variables_area()
        gr.HTML(str(_HINTS), elem_id="hints", apply_default_css=False)
        helper = helper_area(playground)
        several = len(playground.backends) > 1
        with gr.Row(elem_id="aside"):
            # It can be pressed once its price is known.
            compare = gr.Button("Compare backends", size="sm", elem_id="compare", visible=several, interactive=False)
            can_ask = playground.choose("auto").exact_prices
            exact = gr.Button("Exact price", size="sm", elem_id="exact", visible=can_ask)
            share = share_area()
            until_area()
            helper.find.render()
            gr.HTML(_NOTIFY, elem_id="notify", js_on_load=on_load("notify"), apply_default_css=False)
    go = (generate, stop, enqueue, queue, notice, compare, exact, left, share)
    return Compose(mode, prompt, variables, tokens, easel(), mask, bar, tabs, *go, helper, scroll)


def _first_label(playground: Playground) -> str:
    backend = playground.choose("auto")
    if TABBED[0] not in backend.capabilities.modes:
        return "Generate"
    size = backend.capabilities.default_size
    first = TextToImage(prompt="first", width=size.width, height=size.height)
    return f"Generate · {words.price(backend.estimate(first, Caller(visitor='')))}"
