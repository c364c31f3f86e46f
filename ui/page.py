"""The page: head, form and results, and what happens when something in them is touched."""

from pathlib import Path
from typing import Any

import gradio as gr

from backend.playground import Playground
from backend.presets import load_presets
from ui.actions import Actions
from ui.api import Api
from ui.comparing import Comparing
from ui.compose import Compose, compose
from ui.control_map import ControlMap
from ui.effect_check import EffectCheck
from ui.filling import Filling
from ui.fitting import Fitting
from ui.form import MARK
from ui.header import Header, Switch, header
from ui.history import HistoryArea, Looking
from ui.library_area import Library, Shelving
from ui.own_key import OwnKeys
from ui.remembering import Remembering, memory
from ui.restore import DROP_ZONE, Restoring
from ui.results_area import ResultsArea, results_area
from ui.room import Together, room_area
from ui.run import Outputs, Runner
from ui.served import Served
from ui.settings_area import SettingsArea, settings_area

CACHE_SECONDS = (3600, 24 * 3600)
"""How often Gradio tidies its cache, and how old a file may get there; the originals lie in the data folder."""

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_HERE = Path(__file__).parent


def build(playground: Playground) -> gr.Blocks:
    """Return the page with its events and its API."""
    served = Served(playground.files, playground.holders)
    library = Library(playground, load_presets())
    with gr.Blocks(
        title="Z-Image Playground", analytics_enabled=False, fill_width=True, delete_cache=CACHE_SECONDS
    ) as page:
        head = header(playground)
        with gr.Row(elem_id="main"):
            form = compose(playground)
            results = results_area(
                {each.name: library.examples(each) for each in playground.backends.values()},
                playground.choose("auto").name,
            )
            settings = settings_area(playground, library.presets.styles)
        drop = _dropzone()
        room = room_area((_HERE / "cards.js").read_text(encoding="utf-8"))
        outputs = Outputs(results.stage, form.generate, form.stop, form.left)
        runner = Runner(playground, library, served, outputs)
        values = _values(head, form, settings)
        filling = Filling(playground, served, {name: found for name, found in values.items() if name != "mask"})
        looking = Looking(playground, served, results.history)
        _connect_library(page, Shelving(library, settings.library, filling), form, values)
        _connect_history(looking, results.history, _connect_run(runner, form, settings, values))
        _connect_actions(Actions(playground, filling, results.inspector, results.history.undo), looking, form, results)
        remembering = Remembering(playground, filling, form.notice)
        _connect_price(runner, form, values)
        _connect_memory(page, remembering, form, values)
        _connect_sizes(settings)
        _connect_modes(form)
        _connect_keys(page, OwnKeys(playground), head, runner, form, values)
        _connect_restore(Restoring(playground, filling, form.notice), form, drop)
        _connect_control_map(ControlMap(playground, served), head, form, settings)
        _connect_effect(playground, served, settings, values)
        _connect_seed(results, settings)
        _connect_switch(playground, head, form, settings)
        Together(playground, served, filling, room).connect(page, **QUIET)
        page.load(looking.look, None, results.history.outputs(), queue=False, **QUIET)
        with gr.Column(visible=False):  # Each parameter is a component: what is not visible, the browser never mounts.
            Api(playground, served).add_to_page()
    assert isinstance(page, gr.Blocks)
    return page


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
        "styles": settings.library.styles,
        **settings.fitted(),
        **settings.options,
    }


def _connect_run(runner: Runner, form: Compose, settings: SettingsArea, values: dict[str, Any]) -> list[Any]:
    outputs, comparing, grid = runner.outputs.all(), Comparing(runner), settings.grid
    # Raw values: Gradio's own range checks would refuse without naming the field, ours name it and the way out.
    how: dict[str, Any] = {"preprocess": False, "trigger_mode": "once", **QUIET}
    running: list[Any] = [
        form.generate.click(runner.run, None, outputs, inputs_kwargs=values, js=_with_mask(values), **how),
        form.compare.click(comparing.compare, None, outputs, inputs_kwargs=values, js=_with_mask(values), **how),
    ]
    asked = {**values, **grid.values()}
    running.append(grid.run.click(comparing.grid, None, outputs, inputs_kwargs=asked, js=_with_mask(asked), **how))
    told = [control.change for control in grid.values().values()]
    price: dict[str, Any] = {"preprocess": False, "queue": False, "trigger_mode": "always_last", **QUIET}
    gr.on(told, comparing.grid_price, None, grid.price, inputs_kwargs=asked, **price)
    stopped = form.stop.click(runner.stopped, None, outputs[1:], cancels=running, queue=False, **QUIET)
    return [*running, stopped]


def _connect_history(looking: Looking, area: HistoryArea, ended: list[Any]) -> None:
    asked, outputs = area.searched(), area.outputs()
    looks = [area.words.change, area.mode.change, area.favourites.change]
    gr.on(looks, looking.look, None, outputs, inputs_kwargs=asked, queue=False, trigger_mode="always_last", **QUIET)
    area.more.click(looking.further, None, [*outputs, area.shown], inputs_kwargs=asked, queue=False, **QUIET)
    for event in ended:
        event.then(looking.look, None, outputs, inputs_kwargs=asked, queue=False, **QUIET)


def _connect_actions(actions: Actions, looking: Looking, form: Compose, results: ResultsArea) -> None:
    area = results.history
    for place in (results.stage, area.shelf, area.undo):
        done = place.act(actions.act, None, actions.outputs(), queue=False, **QUIET)
        done.then(None, form.mode, None, js=_js("open_tab"))
        done.then(looking.look, None, area.outputs(), inputs_kwargs=area.searched(), queue=False, **QUIET)


def _connect_restore(restoring: Restoring, form: Compose, drop: gr.HTML) -> None:
    done = drop.dropped(restoring.dropped, None, restoring.outputs(), queue=False, **QUIET)
    done.then(None, form.mode, None, js=_js("open_tab"))


def _connect_keys(
    page: gr.Blocks, keys: OwnKeys, head: Header, runner: Runner, form: Compose, values: dict[str, Any]
) -> None:
    area = head.key
    stand = [head.state, head.timer]
    switch = Switch(keys.playground)
    for event in (
        gr.on([area.keep.click, area.key.submit], keys.keep, [area.key, head.backend], area.key, queue=False, **QUIET),
        area.forget.click(keys.forget, head.backend, area.key, queue=False, **QUIET),
    ):
        event.then(switch.look, head.backend, stand, queue=False, **QUIET).then(
            runner.price, None, [form.generate, form.left], inputs_kwargs=values, preprocess=False, queue=False, **QUIET
        )
    head.backend.change(keys.show, head.backend, area.box, queue=False, **QUIET)
    page.unload(keys.leave)


def _connect_library(page: gr.Blocks, shelving: Shelving, form: Compose, values: dict[str, Any]) -> None:
    area, preset = shelving.area, shelving.area.preset
    page.load(shelving.opened, None, [area.styles, preset], queue=False, **QUIET)
    filled = preset.input(shelving.chosen, preset, [*shelving.filling.outputs(), preset], queue=False, **QUIET)
    filled.then(None, form.mode, None, js=_js("open_tab"))
    held = {name: control for name, control in values.items() if name not in ("mask", "easel", "styles")}
    area.save.click(
        shelving.save,
        None,
        [preset, area.name],
        inputs_kwargs={"name": area.name, **held},
        preprocess=False,
        queue=False,
        **QUIET,
    )
    area.remove.click(shelving.remove, preset, preset, queue=False, **QUIET)


def _connect_price(runner: Runner, form: Compose, values: dict[str, Any]) -> None:
    quiet = ("prompt", "mask", "easel", "styles")
    priced = [form.easel.input, *(control.change for name, control in values.items() if name not in quiet)]
    gr.on(
        priced,
        runner.price,
        None,
        [form.generate, form.left],
        inputs_kwargs=values,
        preprocess=False,
        queue=False,
        trigger_mode="always_last",
        **QUIET,
    )


def _connect_memory(page: gr.Blocks, remembering: Remembering, form: Compose, values: dict[str, Any]) -> None:
    kept = memory()
    held = {name: control for name, control in values.items() if name not in ("mask", "easel", "styles")}
    moments = [form.prompt.blur, form.generate.click, *(held[name].change for name in held if name != "prompt")]
    gr.on(
        moments,
        remembering.keep,
        None,
        kept,
        inputs_kwargs=held,
        preprocess=False,
        queue=False,
        trigger_mode="always_last",
        **QUIET,
    )
    back = page.load(remembering.back, kept, remembering.outputs(), queue=False, **QUIET)
    back.then(None, form.mode, None, js=_js("open_tab"))


def _connect_sizes(settings: SettingsArea) -> None:
    size = settings.size
    sides = [size.width, size.height]
    # In the browser alone: a preset is its two numbers, and numbers that are a preset's show it.
    size.preset.input(None, size.preset, sides, js=_js("pick_size"))
    gr.on([side.change for side in sides], None, [*sides, size.known], size.preset, js=_js("name_size"))
    size.swap.click(None, sides, sides, js="(width, height) => [height, width]")


def _connect_seed(results: ResultsArea, settings: SettingsArea) -> None:
    seed = settings.fields["seed"]
    settings.dice.click(None, None, seed, js="() => '-1'")
    settings.reuse.click(None, None, seed, js=_js("last_seed"))
    for place in (results.stage, results.history.shelf):
        place.seed(None, None, seed, js=_js("chosen_seed"))


def _connect_switch(playground: Playground, head: Header, form: Compose, settings: SettingsArea) -> None:
    switch, fitting = Switch(playground), Fitting(playground, form.tabs, settings)
    stand = [head.state, head.timer]
    head.backend.change(None, head.backend, None, js=_js("choose_backend"))
    head.timer.tick(switch.look, head.backend, stand, queue=False, **QUIET)
    head.state.act(switch.act, head.backend, stand, queue=False, **QUIET)
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


def _connect_modes(form: Compose) -> None:
    for mode, tab in form.tabs.items():
        tab.select(None, None, form.mode, js=f"() => window.playground.choose_mode('{mode}')")


def _connect_control_map(control_map: ControlMap, head: Header, form: Compose, settings: SettingsArea) -> None:
    asked = {
        "backend": head.backend,
        "easel": form.easel,
        "preprocess": settings.own[f"controlnet{MARK}preprocess"],
    }
    settings.own["show_control"].click(
        control_map.show,
        None,
        settings.own["control_map"],
        inputs_kwargs=asked,
        preprocess=False,
        api_visibility="private",
        show_progress="minimal",
    )


def _connect_effect(playground: Playground, served: Served, settings: SettingsArea, values: dict[str, Any]) -> None:
    own = settings.own
    check = EffectCheck(playground, served, place=own["effect"], run=own["run_check"])
    asked: dict[str, Any] = {"inputs_kwargs": values, "preprocess": False, **QUIET}
    own["offer_check"].click(check.offer, None, check.outputs(), queue=False, **asked)
    own["run_check"].click(check.check, None, check.outputs(), trigger_mode="once", **asked)


def _with_mask(values: dict[str, Any]) -> str:
    """Return the script that draws the mask as a PNG into the first value: sent with a run, and never else."""
    return f"(...given) => [window.playground_easel.mask(), ...given.slice(1, {len(values)})]"


def _js(name: str) -> str:
    """Return a call of one of the page's own functions, which keys.js puts under `window.playground`."""
    return f"(...values) => window.playground.{name}(...values)"
