"""The page: head, form and results put together."""

from pathlib import Path
from typing import Any

import gradio as gr

from backend.library.shipped import load_presets
from backend.playground import Playground
from ui.endpoints.endpoints import Api
from ui.endpoints.mcp import Tools
from ui.endpoints.script_runs import Scripts
from ui.events.buttons import Presses
from ui.events.page_events import news_area
from ui.experiments.variations import Varying
from ui.form.filling import Filling
from ui.form.library import Library
from ui.form.token_line import TokenLine
from ui.head.own_key import OwnKeys
from ui.head.ways_out import WaysOut
from ui.history.charts import Charting
from ui.history.tiles import Looking
from ui.layout.page_layout import Layout, lay_out, lay_out_signals
from ui.library.form_link import FormLink
from ui.library.from_file import Restoring
from ui.library.lists import ListShelving
from ui.library.memory import Remembering
from ui.library.presets import Shelving
from ui.library.room import Together
from ui.library.styles import StyleShelving
from ui.runs.exact_price import ExactPrice
from ui.runs.image_actions import Actions
from ui.runs.recovering import Recovering
from ui.runs.result_link import SharedResult
from ui.runs.runner import Outputs, Runner
from ui.serving.served import Served
from ui.wiring.form_events import (
    connect_control_map,
    connect_effect,
    connect_exact_price,
    connect_keys,
    connect_modes,
    connect_state,
)
from ui.wiring.looks import Watch
from ui.wiring.opening import Opening, Part
from ui.wiring.result_events import (
    connect_cards,
    connect_history,
    connect_library,
    connect_recovering,
    connect_restore,
    connect_run,
)
from ui.wiring.switching import Fitting

CACHE_SECONDS = (3600, 24 * 3600)
"""How often Gradio tidies its cache, and how old an upload gets there; ours there are `backend/upkeep/tidying.py`'s."""

_HERE = Path(__file__).parent


def build(playground: Playground) -> gr.Blocks:
    """Return the page with its events and its API."""
    library = Library(playground, load_presets())
    served = Served(playground.files, playground.holders, playground.disk)
    with gr.Blocks(
        title="Z-Image Playground", analytics_enabled=False, fill_width=True, delete_cache=CACHE_SECONDS
    ) as page:
        layout = lay_out(playground, library)
        _connect(page, layout, library, served)
    assert isinstance(page, gr.Blocks)
    # Each parameter is a component: on a page of their own, no browser is sent or starts any of the two hundred.
    with page.route("Endpoints", "endpoints", show_in_navbar=False):
        Api(Scripts(playground, library), served).add_to_page()
    return page


def _connect(page: gr.Blocks, layout: Layout, library: Library, served: Served) -> None:
    """Wire the page's events."""
    playground, form, results, settings = library.playground, layout.form, layout.results, layout.settings
    box, told = lay_out_signals(playground, layout), news_area()
    presses = Presses(told)
    outputs = Outputs(results.stage, form.generate, form.stop, form.compare, form.left, told)
    runner = Runner(playground, library, served, outputs)
    filling = Filling(playground, served, layout.filled())
    recovering = Recovering(playground, runner, results.recoverable)
    together = Together(playground, served, filling, layout.room)
    varying = Varying(runner, Actions(playground, filling, results.inspector, results.link, results.history.undo))
    looking = Looking(playground, served, results.history)
    connect_run(box, runner, form, layout.values())
    connect_cards(box, varying, together, WaysOut(playground, layout.head), form)
    connect_control_map(filling, layout.head, form, settings)
    connect_recovering(recovering)
    together.connect(presses)
    connect_history(presses, looking, results.history)
    Charting(playground, results.history.charts).connect()
    _connect_form(page, layout, presses, runner, filling)
    shelves = _connect_shelves(layout, presses, runner, filling)
    presses.connect(box)
    remembering = Remembering(playground, filling, form.notice)
    fitting = Fitting(playground, form.tabs, settings)
    exact = ExactPrice(runner, form.exact)
    connect_exact_price(exact, form, layout.values())
    watch = Watch(runner, fitting, remembering, looking, recovering, layout.head, exact, box)
    watch.connect(layout.watched())
    shared = SharedResult(playground, served, layout.shared)
    room = (together.opened, [*layout.room.outputs(), layout.room.timer])
    Opening(playground, box, remembering, [(shared.opened, [shared.place]), room, *shelves]).connect(page, form)


def _connect_form(page: gr.Blocks, layout: Layout, presses: Presses, runner: Runner, filling: Filling) -> None:
    """Wire what happens inside the form."""
    playground, library, form, values = runner.playground, runner.library, layout.form, layout.values()
    FormLink(playground, library, form.share).connect(values)
    TokenLine(playground, library, form.tokens).connect(values)
    connect_modes(form, layout.settings)
    connect_keys(page, presses, OwnKeys(playground, layout.head.key), layout.head)
    connect_state(playground, layout.head, form.mode)
    connect_restore(Restoring(playground, filling, form.notice), form, layout.head, layout.drop)
    connect_effect(runner, layout.settings, values)


def _connect_shelves(layout: Layout, presses: Presses, runner: Runner, filling: Filling) -> list[Part]:
    """Wire what a visitor keeps: presets, styles, lists; return what a page that opens asks of them."""
    settings, library = layout.settings, runner.library
    presets = Shelving(library, settings.library, filling)
    styles = StyleShelving(library, runner.served, settings.styles, settings.library.styles)
    lists = ListShelving(library, settings.lists)
    connect_library(presses, presets, layout.form, layout.values())
    styles.connect(presses)
    lists.connect(presses)
    return [
        (presets.opened, [settings.library.preset]),
        (styles.opened, [settings.styles.style, settings.library.styles]),
        (lists.opened, [settings.lists.chosen]),
    ]


def tools_of(playground: Playground) -> Tools:
    """Return what assistants reach over MCP, beside the page."""
    scripts = Scripts(playground, Library(playground, load_presets()))
    return Tools(Api(scripts, Served(playground.files, playground.holders, playground.disk)))


def launch_look() -> dict[str, Any]:
    """Return what `launch` needs for the page's look and keys; all of it is served from here."""
    from ui.look.theme import theme

    keys = (_HERE / "events" / "page.js").read_text(encoding="utf-8")
    return {
        "theme": theme(),
        "js": keys,
        "footer_links": ["api", "settings"],
    }
