"""How a press gets into the queue: the button in Generate's place during a run, and the one that repeats."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import gradio as gr
from pydantic import JsonValue

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, PlaygroundError, Problem
from backend.presses.queues import Queues
from backend.record.presses.entries import Until
from ui.events.options import QUIETLY, How, on_load, with_mask
from ui.events.page_events import data_of, news
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.inputs.panel import spread
from ui.look.field_titles import error_text
from ui.runs.runner import Runner
from ui.serving.caller import caller_of

IMAGES, DOLLARS = 20, "0.10"
"""Where a press that repeats ends unless it is said otherwise."""
_UNTIL = (
    "<details><summary>Until I stop</summary>"
    '<div class="until-row"><label for="until-images">Images</label>'
    f'<input id="until-images" type="number" inputmode="numeric" min="1" max="1000" step="1" value="{IMAGES}">'
    '<label for="until-usd">Dollars</label>'
    f'<input id="until-usd" type="text" inputmode="decimal" value="{DOLLARS}">'
    '<button type="button" id="until-add">Repeat this</button></div>'
    '<p class="hint">Draws what the form says again and again, each time with another seed, until you press Stop or '
    "one of these is reached.</p></details>"
)


def until_area() -> gr.HTML:
    """Lay out what repeats a press until it is stopped."""
    return gr.HTML(_UNTIL, elem_id="until", js_on_load=on_load("until"), apply_default_css=False)


AddBatch = Callable[[Mapping[str, Any], Mapping[str, JsonValue], Caller], None]
"""Puts a batch into the queue: it is given what the browser tells of it, and the form's values."""


class Enqueueing:
    """Puts what the form asks for at the end of the queue."""

    def __init__(self, runner: Runner, queues: Queues, add_batch: AddBatch) -> None:
        self.runner = runner
        self.queues = queues
        self.add_batch = add_batch

    def connect(self, wires: Wires) -> None:
        """Wire both buttons, which are one event of the page."""
        asked = wires.but()
        how: How = {"preprocess": False, "trigger_mode": "multiple", "inputs_kwargs": asked, **QUIETLY}
        wires.box.enqueue(self.enqueue, None, [self.runner.outputs.news], js=with_mask(asked), **how)

    def enqueue(self, event: gr.EventData, request: gr.Request, **values: JsonValue) -> Updates:
        """Add a press; what is wrong with it is told as a press tells it."""
        playground = self.runner.playground
        caller, given = caller_of(playground, request), data_of(event)
        try:
            if given.get("batch"):
                self.add_batch(given, spread(values), caller)
            else:
                self.queues.add(caller, self.runner.asked(spread(values), caller), until_of(given))
        except PlaygroundError as error:
            raise gr.Error(error_text(error), print_exception=False) from error
        return {self.runner.outputs.news: news()}


def until_of(given: Mapping[str, object]) -> Until | None:
    """Return where a press ends that repeats, out of whatever a browser sent; None for one that doesn't.

    Raises `InvalidRequest` for numbers that are none.
    """
    if "images" not in given:
        return None
    images, usd = str(given["images"]).strip(), str(given.get("usd") or "").strip().removeprefix("$")
    if not images.isdecimal():
        raise InvalidRequest([Problem("images", f"is {images[:20]!r}; give a whole number.")])
    try:
        return Until(int(images[:9]), Decimal(usd[:20]) if usd else None)
    except InvalidOperation as error:
        raise InvalidRequest([Problem("money", f"is {usd[:20]!r}; give dollars as a number.")]) from error
