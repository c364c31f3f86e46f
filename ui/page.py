"""The page: head, form and results put together."""

from pathlib import Path
from typing import Any

import gradio as gr

from backend.playground import Playground
from backend.presets import load_presets
from ui.actions import Actions
from ui.api import Api
from ui.charts import Charting
from ui.compose import Compose, compose
from ui.events import QUIET, refresh_after
from ui.exact_price import ExactPrice
from ui.filling import Filling
from ui.fitting import Fitting
from ui.form_events import (
    connect_control_map,
    connect_effect,
    connect_exact_price,
    connect_keys,
    connect_modes,
    connect_sizes,
    connect_state,
)
from ui.header import Header, header
from ui.history import Looking
from ui.library_area import Library, Shelving
from ui.list_shelf import ListShelving
from ui.opening import Opening
from ui.own_key import OwnKeys
from ui.recovering import Recovering
from ui.remembering import Remembering
from ui.restore import DROP_ZONE, Restoring
from ui.results_area import results_area
from ui.room import Together, room_area
from ui.run import Outputs, Runner
from ui.run_events import (
    connect_cards,
    connect_history,
    connect_library,
    connect_recovering,
    connect_restore,
    connect_run,
)
from ui.scripts import Scripts
from ui.served import Served
from ui.settings_area import SettingsArea, settings_area
from ui.share import FormLink
from ui.shared_result import SharedResult, shared_result_area
from ui.signals import signals
from ui.style_shelf import StyleShelving
from ui.token_line import TokenLine
from ui.tools import Tools
from ui.varying import Varying
from ui.watch import Watch
from ui.ways_out import WaysOut

CACHE_SECONDS = (3600, 24 * 3600)
"""How often Gradio tidies its cache, and how old a file may get there; the originals lie in the data folder."""

_HERE = Path(__file__).parent


def build(playground: Playground) -> gr.Blocks:
    """Return the page with its events and its API."""
    served = Served(playground.files, playground.holders)
    library = Library(playground, load_presets())
    with gr.Blocks(
        title="Z-Image Playground", analytics_enabled=False, fill_width=True, delete_cache=CACHE_SECONDS
    ) as page:
        head = header(playground)
        shared = SharedResult(playground, served, shared_result_area())
        with gr.Row(elem_id="main"):
            form = compose(playground)
            results = results_area(
                playground, {each.name: library.examples(each) for each in playground.backends.values()}
            )
            settings = settings_area(playground, library.presets)
        drop = _dropzone()
        room = room_area()
        values = _values(head, form, settings)
        watched = {**{name: control for name, control in values.items() if name != "mask"}, **settings.grid.values()}
        box = signals(names=watched, grid=settings.grid.values(), backend=playground.choose("auto").name)
        outputs = Outputs(results.stage, form.generate, form.stop, form.left)
        runner = Runner(playground, library, served, outputs)
        filling = Filling(playground, served, {name: found for name, found in values.items() if name != "mask"})
        looking = Looking(playground, served, results.history)
        recovering = Recovering(playground, runner, results.recoverable)
        remembering = Remembering(playground, filling, form.notice)
        together = Together(playground, served, filling, room)
        shelving = Shelving(library, settings.library, filling)
        styles = StyleShelving(library, served, settings.styles, settings.library.styles)
        lists = ListShelving(library, settings.lists)
        varying = Varying(runner, Actions(playground, filling, results.inspector, results.history.undo))
        exact = ExactPrice(runner, form.exact)

        ended = connect_run(page, runner, form, settings, values)
        ended.append(connect_cards(box, varying, together, WaysOut(playground, head), form))
        ended.append(connect_control_map(filling, head, form, settings))
        ended.append(connect_recovering(recovering))
        refresh_after(*ended)
        connect_library(shelving, form, values)
        styles.connect()
        lists.connect()
        together.connect(**QUIET)
        connect_history(looking, results.history)
        Charting(playground, results.history.charts).connect()
        FormLink(playground, library, form.share).connect(values)
        TokenLine(playground, library, form.tokens).connect(values)
        connect_sizes(settings)
        connect_modes(form, settings)
        connect_keys(page, OwnKeys(playground), head)
        connect_restore(Restoring(playground, filling, form.notice), form, drop)
        connect_exact_price(exact, form, values)
        connect_effect(playground, served, settings, values)
        connect_state(playground, head)
        fitting = Fitting(playground, form.tabs, settings)
        Watch(runner, fitting, remembering, looking, recovering, head, exact, settings.grid, box).connect(watched)
        Opening(
            box,
            remembering,
            [
                (shared.opened, [shared.place]),
                (shelving.opened, [settings.library.preset]),
                (styles.opened, [settings.styles.style, settings.library.styles]),
                (lists.opened, [settings.lists.chosen]),
                (together.opened, [*room.outputs(), room.timer]),
            ],
        ).connect(page, form)
    assert isinstance(page, gr.Blocks)
    # Each parameter is a component: on a page of their own, no browser is sent or starts any of the two hundred.
    with page.route("Endpoints", "endpoints", show_in_navbar=False):
        Api(Scripts(playground, library), served).add_to_page()
    return page


def tools_of(playground: Playground) -> Tools:
    """Return what assistants reach over MCP, beside the page."""
    scripts = Scripts(playground, Library(playground, load_presets()))
    return Tools(Api(scripts, Served(playground.files, playground.holders)))


def launch_look() -> dict[str, Any]:
    """Return what `launch` needs for the page's look and keys; all of it is served from here."""
    from ui.theme import theme

    keys = (_HERE / "keys.js").read_text(encoding="utf-8")
    return {
        "theme": theme(),
        "css_paths": [_HERE / "style.css", _HERE / "easel.css"],
        "js": keys,
        "footer_links": ["api", "settings"],
    }


def _dropzone() -> gr.HTML:
    script = (_HERE / "dropzone.js").read_text(encoding="utf-8")
    return gr.HTML(DROP_ZONE, elem_id="dropzone", js_on_load=script, apply_default_css=False)


def _values(head: Header, form: Compose, settings: SettingsArea) -> dict[str, Any]:
    """Return every control that a request is read from, by the name of its field."""
    return {
        "mask": form.mask,  # the first, since the script of Generate puts the drawn mask there
        "backend": head.backend,
        "mode": form.mode,
        "prompt": form.prompt,
        "easel": form.easel,
        "keep_size": settings.keep_size,
        "controls": settings.controls,
        "styles": settings.library.styles,
        **settings.accelerator.controls,
        **settings.fitted(),
        **settings.options,
    }
