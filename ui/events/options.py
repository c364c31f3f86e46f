"""What the browser's scripts and all of the page's events share."""

from collections.abc import Mapping
from typing import Literal, TypedDict

from gradio.blocks import Block
from gradio.components import Component
from gradio.events import Dependency


class Quiet(TypedDict):
    """What an event shows of itself, and to whom, in the words of Gradio's own listeners."""

    show_progress: Literal["full", "minimal", "hidden"]
    show_progress_on: list[Component] | None
    api_visibility: Literal["public", "private", "undocumented"]


class How(Quiet, total=False):
    """How else an event goes."""

    queue: bool
    preprocess: bool
    trigger_mode: Literal["once", "multiple", "always_last"]
    inputs_kwargs: dict[str, Block]


QUIET: Quiet = {"show_progress": "hidden", "show_progress_on": [], "api_visibility": "private"}
"""Of every event of the page: no veil over what it changes, and no part of the API.

An event that may refuse goes through the queue: outside of it (`queue=False`) Gradio shows no visitor its error.
"""
QUIETLY: How = {"show_progress": "hidden", "show_progress_on": [], "api_visibility": "private"}
"""The same, for those that say more of how they go."""


REFRESH = "() => window.playground_form.refresh()"
"""The script behind an event that changes what stands around the form: runs, keys or money."""


def refresh_after(*events: Dependency) -> None:
    """Look anew at price, state and history behind each of these events."""
    for event in events:
        event.then(None, None, None, js=REFRESH)


def with_mask(values: Mapping[str, Block]) -> str:
    """Return the script that draws the mask as a PNG into the first value: sent with a run, and never else."""
    return f"(...given) => [window.playground_easel.mask(), ...given.slice(1, {len(values)})]"


def on_load(area: str, *told: str) -> str:
    """Return the script of a component: it hands itself to the module that `ui/page.js` names for this area.

    `told` are the events that the module triggers: Gradio knows none whose name doesn't stand in the script.
    """
    events = f"  // tells {', '.join(map(repr, told))}" if told else ""
    return f"window.playground_areas.{area}({{element, trigger, props, server, upload, watch}});{events}"


def js_call(name: str) -> str:
    """Return a call of one of the page's own functions, which `ui/page.js` puts under `window.playground`."""
    return f"(...values) => window.playground.{name}(...values)"
