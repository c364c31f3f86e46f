"""The preview of a control picture, its price first where it has one; the picture can be taken over as it is."""

import logging
import time
from collections.abc import Iterator, Mapping
from typing import Any, assert_never

import gradio as gr
from gradio.blocks import Block
from markupsafe import Markup
from pydantic import JsonValue, ValidationError

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.domain.errors import InvalidRequest, NotFound, PlaygroundError, Problem, from_validation
from backend.domain.events import Failed, Mapped, Progress, Stopped
from backend.domain.parts import Control
from backend.domain.requests import MAPPING
from backend.experiments.control_map import control_map, map_price
from ui.canvas.canvas import picture_of
from ui.events.options import QUIET, QUIETLY, How, refresh_after
from ui.events.page_events import data_of, news
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.form.filling import Filling
from ui.form.reading import MARK, Values, own_options
from ui.inputs.panel import NAME as SHEET
from ui.inputs.panel import spread
from ui.look import words
from ui.look.field_titles import error_text
from ui.look.sentences import error_card
from ui.runs.generate_button import is_stale
from ui.serving.caller import caller_of
from ui.serving.served import url
from ui.serving.uploads import Uploads

log = logging.getLogger(__name__)

_MAP = Markup(
    '<img src="{}" alt="The control map, {} × {}">'
    '<button type="button" class="small" data-use="{}" title="Takes it as the picture, and no preprocessing">'
    "Use this map</button>"
)
_OFFER = Markup(
    "<p>No {preprocess} detector on this machine: {label} makes the map. It goes into the history, and your runs "
    "with this picture take it without paying for it again.</p>"
)
_PART = "control map"
"""The part of the page that has a Stop of its own."""
TAKEN = '<p class="hint" role="status">The map is the picture now, and is followed as it is.</p>'


class ControlMap:
    """Shows what a preprocessing makes of the picture on the easel, and lays the map there instead."""

    def __init__(self, filling: Filling, own: Mapping[str, Any], fresh: gr.HTML) -> None:
        self.playground, self.served, self.filling = filling.playground, filling.served, filling
        self.asking: gr.Button = own["show_control"]
        self.place: gr.HTML = own["control_map"]
        self.stop: gr.Button = own["stop_map"]
        self.buying: gr.Button = own["buy_map"]
        self.fresh = fresh

    def connect(self, wires: Wires) -> None:
        """Wire the preview of the control map, and its use instead of the picture."""
        fields = wires.only("backend", "easel", *(f"controlnet{MARK}{name}" for name in MAPPING), SHEET)
        asked = {name.removeprefix(f"controlnet{MARK}"): control for name, control in fields.items()}
        how: How = {"preprocess": False, "trigger_mode": "once", "inputs_kwargs": asked, **QUIETLY}
        latest: How = {**how, "trigger_mode": "always_last"}
        offered: How = {**how, "inputs_kwargs": {**asked, "offered": self.buying}}
        # A threshold that moves asks again and again: the last one counts.
        showing = self.asking.click(self.show, None, self.outputs(), **latest)
        buying = self.buying.click(self.buy, None, self.outputs(), **offered)
        # In a second round: what was under way when Stop was pressed must not be shown after it.
        stopping = self.stop.click(None, None, None, cancels=[showing, buying], queue=False, **QUIET)
        stopping.then(self.stopped, None, self.outputs(), queue=False, **QUIET)
        self.place.use(self.use, None, self.taken(), queue=False, **QUIET)
        refresh_after(buying)

    def outputs(self) -> list[Block]:
        """Return what showing a map changes."""
        return [self.place, self.stop, self.buying]

    def taken(self) -> list[Block]:
        """Return what using a map changes."""
        controls = self.filling.controls
        return [self.place, controls["easel"], controls[f"controlnet{MARK}preprocess"], self.fresh]

    def show(self, request: gr.Request, **values: JsonValue) -> Iterator[Updates]:
        """Yield how the map comes along, then the map as HTML, its price, or a card that says why there is none."""
        yield from self._guarded(caller_of(self.playground, request), values, buy=None)

    def buy(self, request: gr.Request, *, offered: object = "", **values: JsonValue) -> Iterator[Updates]:
        """Buy the map, and yield as `show` does.

        `offered` is what the pressed button said: where that isn't the price any more, the price is said anew.
        """
        yield from self._guarded(caller_of(self.playground, request), values, buy=offered)

    def _guarded(self, caller: Caller, values: dict[str, JsonValue], *, buy: object) -> Iterator[Updates]:
        try:
            with self.playground.live.press(caller, part=_PART, begins=False) as acting:
                yield from self._shown(acting, spread(values), buy=buy)
        except PlaygroundError as error:
            yield self._said(error_card(error))
        except Exception:  # The page's rim: without this a visitor would look at a map that never comes.
            log.exception("The page broke down on a control map")
            broken = PlaygroundError("The playground broke down on this map; its log says why.", billed="unknown")
            yield self._said(error_card(broken))

    def use(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Lay a map that was shown on the easel, to be followed as it is."""
        sha256, visitor = str(data_of(event).get("use")), caller_of(self.playground, request).visitor
        if self.playground.holders.picture(sha256, visitor) != "yours":
            error = NotFound("That map isn't here any more: show it again.")
            raise gr.Error(error_text(error), print_exception=False)
        preprocess = self.filling.controls[f"controlnet{MARK}preprocess"]
        taken = self.filling.picture(sha256, visitor)
        return {self.place: TAKEN, preprocess: "none", **taken, self.fresh: news()}

    def stopped(self, request: gr.Request) -> Updates:
        """Stop the maps of this page, so that none is ordered any more, and clear the place."""
        self.playground.live.stop_part(caller_of(self.playground, request), _PART)
        return self._said(Markup(""))

    def _shown(self, caller: Caller, values: dict[str, JsonValue], *, buy: object) -> Iterator[Updates]:
        backend, control, options = self._asked(caller, values)
        price = map_price(self.playground, caller, backend, control)
        wanted = buy is not None and not is_stale(buy, _button(price))
        if not (price.free or wanted):
            yield self._offered(backend, control, price)
            return
        began, doing = time.monotonic(), f"{backend.label} is working"
        for event in control_map(self.playground, caller, backend, control, options, buy=wanted):
            if isinstance(event, Mapped | Failed | Stopped):
                yield self._said(self._ended(event, caller))
                return
            doing = event.doing if isinstance(event, Progress) else doing
            line = Markup('<p role="status">{}, {}</p>').format(doing, words.duration(time.monotonic() - began))
            # Every word repeats how Stop stands: `Runner.acting` says why.
            yield {**self._said(line), self.stop: gr.update(visible=not caller.stopped)}

    def _ended(self, event: Mapped | Failed | Stopped, caller: Caller) -> Markup:
        match event:
            case Mapped(sha256, size):
                return _MAP.format(url(self.served.copy_of(sha256, caller.visitor)), *size, sha256)
            case Stopped():
                return Markup("")
            case Failed(error):
                return error_card(error)
            case _:
                assert_never(event)

    def _offered(self, backend: Backend, control: Control, price: Estimate) -> Updates:
        offer = _OFFER.format(preprocess=control.preprocess, label=backend.label)
        button = gr.update(visible=True, value=_button(price))
        return {**self._said(offer), self.buying: button}

    def _said(self, html: Markup) -> Updates:
        return {self.place: str(html), self.stop: gr.update(visible=False), self.buying: gr.update(visible=False)}

    def _asked(self, caller: Caller, values: dict[str, JsonValue]) -> tuple[Backend, Control, dict[str, Any]]:
        image = Uploads(self.playground, caller).picture(picture_of(values["easel"]))
        if image is None:
            raise InvalidRequest([Problem("image", "is missing; choose one, drop it on the easel, or paste it.")])
        backend = self.playground.choose(str(values["backend"]))
        lacks = backend.capabilities.lacks
        try:
            control = Control.model_validate(
                {"image": image, **{name: values[name] for name in MAPPING if name not in lacks}}
            )
        except ValidationError as error:
            raise from_validation(error) from error
        return backend, control, own_options(Values("controlnet", backend.name, values), backend.capabilities)


def _button(price: Estimate) -> str:
    return f"Make the map · {words.price(price)}"
