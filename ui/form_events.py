"""What happens inside the form: sizes, seeds, modes, the backend and its key."""

from typing import Any

import gradio as gr

from backend.playground import Playground
from ui.compose import Compose
from ui.control_map import ControlMap
from ui.effect_check import EffectCheck
from ui.events import QUIET, js_call
from ui.exact_price import ExactPrice
from ui.filling import Filling
from ui.fitting import Fitting
from ui.form import MARK
from ui.header import Header, Switch
from ui.own_key import OwnKeys
from ui.results_area import ResultsArea
from ui.run import Runner
from ui.served import Served
from ui.settings_area import SettingsArea
from ui.ways_out import WaysOut


def connect_sizes(settings: SettingsArea) -> None:
    """Connect presets, width, height and the swap, in the browser alone."""
    size = settings.size
    sides = [size.width, size.height]
    # In the browser alone: a preset is its two numbers, and numbers that are a preset's show it.
    size.preset.input(None, size.preset, sides, js=js_call("pick_size"))
    gr.on([side.change for side in sides], None, [*sides, size.known], size.preset, js=js_call("name_size"))
    size.swap.click(None, sides, sides, js="(width, height) => [height, width]")


def connect_seed(results: ResultsArea, settings: SettingsArea) -> None:
    """Connect the ways to a seed."""
    seed = settings.fields["seed"]
    settings.dice.click(None, None, seed, js="() => '-1'")
    settings.reuse.click(None, None, seed, js=js_call("last_seed"))
    for place in (results.stage, results.history.shelf):
        place.seed(None, None, seed, js=js_call("chosen_seed"))


def connect_switch(
    playground: Playground, head: Header, form: Compose, settings: SettingsArea, ended: list[Any]
) -> None:
    """Connect the choice of a backend, whose state is looked at anew after each run: it may have loaded a model."""
    switch, fitting = Switch(playground), Fitting(playground, form.tabs, settings)
    stand = [head.state, head.timer]
    head.backend.change(None, head.backend, None, js=js_call("choose_backend"))
    head.timer.tick(switch.look, head.backend, stand, queue=False, **QUIET)
    head.state.act(switch.act, head.backend, stand, **QUIET)
    for event in ended:
        event.then(switch.look, head.backend, stand, queue=False, **QUIET)
    head.backend.change(switch.look, head.backend, stand, queue=False, **QUIET)
    head.backend.change(
        fitting.fit,
        head.backend,
        fitting.outputs(),
        inputs_kwargs=settings.fitted(),
        preprocess=False,
        queue=False,
        **QUIET,
    )


def connect_keys(
    page: gr.Blocks, keys: OwnKeys, head: Header, runner: Runner, form: Compose, values: dict[str, Any]
) -> None:
    """Connect the box for a visitor's own key."""
    area = head.key
    stand = [head.state, head.timer]
    switch = Switch(keys.playground)
    for event in (
        gr.on([area.keep.click, area.key.submit], keys.keep, [area.key, head.backend], area.key, **QUIET),
        area.forget.click(keys.forget, head.backend, area.key, queue=False, **QUIET),
    ):
        event.then(switch.look, head.backend, stand, queue=False, **QUIET).then(
            runner.price, None, [form.generate, form.left], inputs_kwargs=values, preprocess=False, queue=False, **QUIET
        )
    head.backend.change(keys.show, head.backend, area.box, queue=False, **QUIET)
    page.unload(keys.leave)


def connect_ways_out(ways: WaysOut, form: Compose, results: ResultsArea) -> None:
    """Connect the buttons that lead on from a spend cap."""
    for place in (form.left, results.stage):
        taken = place.way(ways.take, None, ways.outputs(), queue=False, **QUIET)
        taken.then(None, None, None, js=js_call("see_own_key"))


def connect_modes(form: Compose) -> None:
    """Connect the tabs, in the browser alone."""
    for mode, tab in form.tabs.items():
        tab.select(None, None, form.mode, js=f"() => window.playground.choose_mode('{mode}')")


def connect_mask_edge(settings: SettingsArea) -> None:
    """Show on the easel what growing and feathering make of the mask, in the browser alone."""
    edge = [settings.own[f"inpaint{MARK}mask_grow"], settings.own[f"inpaint{MARK}mask_feather"]]
    gr.on([each.change for each in edge], None, edge, None, js="(...edge) => window.playground_easel.edge(...edge)")


def connect_control_map(filling: Filling, head: Header, form: Compose, settings: SettingsArea) -> Any:
    """Connect the preview of the control map, and its use instead of the picture; return what ends a purchase."""
    own = settings.own
    shown = ControlMap(filling, place=own["control_map"], stop=own["stop_map"], buy=own["buy_map"])
    asked = {
        "backend": head.backend,
        "easel": form.easel,
        "preprocess": own[f"controlnet{MARK}preprocess"],
        **settings.options,
    }
    how: dict[str, Any] = {"inputs_kwargs": asked, "preprocess": False, "trigger_mode": "once", **QUIET}
    showing = own["show_control"].click(shown.show, None, shown.outputs(), **how)
    buying = own["buy_map"].click(shown.buy, None, shown.outputs(), **how)
    own["stop_map"].click(shown.stopped, None, shown.outputs(), cancels=[showing, buying], queue=False, **QUIET)
    own["control_map"].use(shown.use, None, shown.taken(), queue=False, **QUIET)
    return buying


def connect_exact_price(runner: Runner, head: Header, form: Compose, values: dict[str, Any]) -> None:
    """Connect the question for the exact price."""
    exact = ExactPrice(runner, form.exact)
    how: dict[str, Any] = {"inputs_kwargs": values, "preprocess": False, "trigger_mode": "once", **QUIET}
    form.exact.click(exact.ask, None, form.left, **{**how, "show_progress": "minimal"})
    head.backend.change(exact.fit, head.backend, form.exact, queue=False, **QUIET)


def connect_effect(playground: Playground, served: Served, settings: SettingsArea, values: dict[str, Any]) -> None:
    """Connect the check whether a control acts."""
    own = settings.own
    check = EffectCheck(playground, served, place=own["effect"], run=own["run_check"])
    asked: dict[str, Any] = {"inputs_kwargs": values, "preprocess": False, **QUIET}
    own["offer_check"].click(check.offer, None, check.outputs(), queue=False, **asked)
    own["run_check"].click(check.check, None, check.outputs(), trigger_mode="once", **asked)
