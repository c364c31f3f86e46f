"""The page's own events, all of one component that nobody sees: what was pressed on a card, what the form says now.

Gradio's own way, an event at every control and at every place that shows cards, costs a page of this size a second at
its start: it goes through all events' targets for each component, and through all components for each target.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import gradio as gr

from ui.events.options import on_load

_EVENTS = (
    *("opened", "look", "kept", "changed", "switched", "refreshed"),
    *("pressed", "act", "remix", "vary", "grid", "way", "follow", "promised", "enqueue"),
)
"""What the component tells; its scripts are `page_events.js`, and `cards.js` for what is pressed on cards."""
_PROMISED = " promised"


def signals(
    *,
    names: Iterable[str],
    grid: Mapping[str, object],
    backend: str,
    maker: str,
    outpainted: Mapping[str, int | None],
    modes: Mapping[str, Sequence[str]],
) -> gr.HTML:
    """Lay the component out; its value is the last answer, as `answer` makes it.

    `names` are the watched values in their order, `grid` has those of the grid and what they begin with, `maker` is
    what the form is fitted to as it is laid out, `outpainted` each backend's most pixels a side of a canvas, `modes`
    what each backend does, by its label.
    """
    return gr.HTML(
        "",
        html_template="",
        js_on_load=on_load("signals", *_EVENTS),
        apply_default_css=False,
        visible="hidden",
        elem_id="signals",
        names=list(names),
        grid=dict(grid),
        backend=backend,
        maker=maker,
        outpainted=dict(outpainted),
        modes={label: list(able) for label, able in modes.items()},
    )


def news_area() -> gr.HTML:
    """Lay out the component whose every change lets the browser look at price, state and history anew."""
    return gr.HTML(
        "",
        html_template="",
        js_on_load=on_load("news"),
        apply_default_css=False,
        visible="hidden",
        elem_id="news",
        promised=_PROMISED,
    )


def news(*, promised: bool = False) -> str:
    """Return a value that the component hasn't had; with `promised`, stopped runs have yet to bring what they make."""
    return uuid4().hex + (_PROMISED if promised else "")


def data_of(event: gr.EventData) -> dict[str, Any]:
    """Return what an event carries; a browser may send anything."""
    return event._data if isinstance(event._data, dict) else {}


def answer(
    turn: str,
    kept: Mapping[str, object] | None = None,
    *,
    going: bool = False,
    promised: bool = False,
    grid: str | None = None,
    maker: str | None = None,
) -> str:
    """Return the component's value that ends a turn.

    It has what the browser is to remember, whether to follow a run or wait for what a stopped one brings, a grid's
    price as HTML, and what the chosen backend draws with, to which the form has to be fitted.
    """
    told = {"turn": turn, "kept": kept or None, "going": going, "promised": promised, "grid": grid, "maker": maker}
    return json.dumps(told)
