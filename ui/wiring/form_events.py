"""What happens inside the form: sizes, modes, the backend's state and its key."""

from typing import Any

import gradio as gr

from backend.domain.requests import MAPPING
from backend.playground import Playground
from ui.events.buttons import Presses
from ui.events.options import QUIET, js_call, refresh_after
from ui.experiments.control_check import EffectCheck
from ui.experiments.control_map import ControlMap
from ui.form.filling import Filling
from ui.form.reading import MARK
from ui.head.header import Header, Switch
from ui.head.own_key import OwnKeys
from ui.inputs.panel import one_each
from ui.layout.prompt_side import Compose
from ui.layout.settings_area import SettingsArea
from ui.runs.exact_price import ExactPrice
from ui.runs.runner import Runner


def connect_state(playground: Playground, head: Header, mode: gr.Textbox) -> None:
    """Connect how the backend stands: looked at again while it changes by itself, and its buttons."""
    switch, asked, stand = Switch(playground), [head.backend, mode], [head.state, head.timer]
    head.timer.tick(switch.look, asked, stand, queue=False, **QUIET)
    # A look that was under way may answer later, with how it stood before.
    refresh_after(head.state.act(switch.act, asked, stand, **QUIET))


def connect_keys(page: gr.Blocks, presses: Presses, keys: OwnKeys, head: Header) -> None:
    """Connect the box for a visitor's own key."""
    area = keys.area
    presses.on(area.keep, keys.keep, [area.key, head.backend], [area.key], refresh=True)
    presses.on(area.forget, keys.forget, [head.backend], [area.key], refresh=True)
    page.unload(keys.leave)


def connect_modes(form: Compose, settings: SettingsArea) -> None:
    """Connect the tabs, in the browser alone; a mode's own controls are made when it is first opened."""
    shown = [form.mode, *(settings.modes[mode] for mode in form.tabs)]
    form.bar.change(None, None, shown, js=js_call("choose_mode"))


def connect_control_map(filling: Filling, head: Header, form: Compose, settings: SettingsArea) -> None:
    """Connect the preview of the control map, and its use instead of the picture."""
    own = settings.own
    shown = ControlMap(filling, place=own["control_map"], stop=own["stop_map"], buy=own["buy_map"])
    asked = {
        "backend": head.backend,
        "easel": form.easel,
        **{name: own[f"controlnet{MARK}{name}"] for name in MAPPING},
        **one_each(settings.sheet),
    }
    how: dict[str, Any] = {"inputs_kwargs": asked, "preprocess": False, "trigger_mode": "once", **QUIET}
    # A threshold that moves asks again and again: the last one counts.
    showing = own["show_control"].click(shown.show, None, shown.outputs(), **{**how, "trigger_mode": "always_last"})
    offered = {"inputs_kwargs": asked | {"offered": own["buy_map"]}}
    buying = own["buy_map"].click(shown.buy, None, shown.outputs(), **how | offered)
    # In a second round: what was under way when Stop was pressed must not be shown after it.
    stopping = own["stop_map"].click(None, None, None, cancels=[showing, buying], queue=False, **QUIET)
    stopping.then(shown.stopped, None, shown.outputs(), queue=False, **QUIET)
    refresh_after(own["control_map"].use(shown.use, None, shown.taken(), queue=False, **QUIET))
    refresh_after(buying)


def connect_exact_price(exact: ExactPrice, form: Compose, values: dict[str, Any]) -> None:
    """Connect the question for the exact price."""
    how: dict[str, Any] = {"inputs_kwargs": values, "preprocess": False, "trigger_mode": "once", **QUIET}
    form.exact.click(exact.ask, None, form.left, **{**how, "show_progress": "minimal", "show_progress_on": None})


def connect_effect(runner: Runner, settings: SettingsArea, values: dict[str, Any]) -> None:
    """Connect the check whether a control acts."""
    own = settings.own
    check = EffectCheck(runner, place=own["effect"], run=own["run_check"])
    asked: dict[str, Any] = {"inputs_kwargs": values, "preprocess": False, **QUIET}
    own["offer_check"].click(check.offer, None, check.outputs(), queue=False, **asked)
    changed = [*check.outputs(), *runner.outputs.buttons(), runner.outputs.news]
    offered = {"inputs_kwargs": values | {"offered": own["run_check"]}}
    own["run_check"].click(check.check, None, changed, trigger_mode="once", **asked | offered)
