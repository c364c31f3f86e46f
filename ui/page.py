"""The page: head, form and results put together."""

from typing import Any

import gradio as gr

from backend.library.shipped import load_presets
from backend.playground import Playground
from ui.endpoints.endpoints import Api
from ui.endpoints.mcp import Tools
from ui.endpoints.script_runs import Scripts
from ui.events.buttons import Presses
from ui.events.wires import Feature, Wires
from ui.form.library import Library
from ui.serving.served import Served
from ui.wiring.form_features import form_features
from ui.wiring.ground import Ground, lay_ground
from ui.wiring.kept_features import kept_features
from ui.wiring.look_features import look_features
from ui.wiring.run_features import image_features, run_features

CACHE_SECONDS = (3600, 24 * 3600)
"""How often Gradio tidies its cache, and how old an upload gets there; ours there are `backend/upkeep/tidying.py`'s."""


def build(playground: Playground) -> gr.Blocks:
    """Return the page with its events and its API."""
    library = Library(playground, load_presets())
    served = Served(playground.files, playground.holders, playground.disk)
    with gr.Blocks(
        title="Z-Image Playground", analytics_enabled=False, fill_width=True, delete_cache=CACHE_SECONDS
    ) as page:
        ground = lay_ground(playground, library, served)
        wires = Wires(page, ground.box, Presses(ground.news), ground.layout.values())
        for feature in features(ground):
            feature.connect(wires)
        wires.presses.connect(ground.box)
    assert isinstance(page, gr.Blocks)
    # Each parameter is a component: on a page of their own, no browser is sent or starts any of the two hundred.
    with page.route("Endpoints", "endpoints", show_in_navbar=False):
        Api(Scripts(playground, library), served).add_to_page()
    return page


def features(ground: Ground) -> list[Feature]:
    """Return everything that the page can do; each thing connects itself."""
    return [
        *run_features(ground),
        *image_features(ground),
        *kept_features(ground),
        *form_features(ground),
        *look_features(ground),
    ]


def tools_of(playground: Playground) -> Tools:
    """Return what assistants reach over MCP, beside the page."""
    scripts = Scripts(playground, Library(playground, load_presets()))
    return Tools(Api(scripts, Served(playground.files, playground.holders, playground.disk)))


def launch_look() -> dict[str, Any]:
    """Return what `launch` needs for the page's look and keys; all of it is served from here."""
    from ui.look.theme import theme

    return {
        "theme": theme(),
        "js": "() => window.playground.lay_sheets()",
        "footer_links": ["api"],
    }
