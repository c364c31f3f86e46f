"""What happens around a run: its start and end, its price, its history, and what the form remembers."""

from typing import Any

import gradio as gr

from ui.actions import Actions
from ui.comparing import Comparing
from ui.compose import Compose
from ui.events import QUIET, js_call, with_mask
from ui.following import Following
from ui.history import HistoryArea, Looking
from ui.library_area import Shelving
from ui.recovering import Recovering
from ui.remembering import Remembering, memory
from ui.restore import Restoring
from ui.results_area import ResultsArea
from ui.run import Runner
from ui.settings_area import SettingsArea
from ui.trash import Emptying


def connect_run(
    page: gr.Blocks, runner: Runner, form: Compose, settings: SettingsArea, values: dict[str, Any]
) -> list[Any]:
    """Connect Generate, Compare, the grid, Stop and the return to a run that goes on; return what ends a run."""
    outputs, comparing, grid = runner.outputs.all(), Comparing(runner), settings.grid
    # Raw values: Gradio's own range checks would refuse without naming the field, ours name it and the way out.
    how: dict[str, Any] = {"preprocess": False, "trigger_mode": "once", **QUIET}
    running: list[Any] = [
        form.generate.click(runner.run, None, outputs, inputs_kwargs=values, js=with_mask(values), **how),
        form.compare.click(comparing.compare, None, outputs, inputs_kwargs=values, js=with_mask(values), **how),
    ]
    running.append(page.load(Following(runner).follow, None, outputs, **QUIET))
    asked = {**values, **grid.values()}
    running.append(grid.run.click(comparing.grid, None, outputs, inputs_kwargs=asked, js=with_mask(asked), **how))
    told = [control.change for control in grid.values().values()]
    price: dict[str, Any] = {"preprocess": False, "queue": False, "trigger_mode": "always_last", **QUIET}
    gr.on(told, comparing.grid_price, None, grid.price, inputs_kwargs=asked, **price)
    form.stop.click(runner.stop, None, outputs[1:], queue=False, **QUIET)
    return running


def connect_history(looking: Looking, area: HistoryArea, ended: list[Any]) -> None:
    """Connect the search, and a fresh look after each run."""
    asked, outputs = area.searched(), area.outputs()
    looks = [control.change for control in area.search.controls().values()]
    gr.on(looks, looking.look, None, outputs, inputs_kwargs=asked, queue=False, trigger_mode="always_last", **QUIET)
    area.more.click(looking.further, None, [*outputs, area.shown], inputs_kwargs=asked, queue=False, **QUIET)
    emptying = Emptying(looking.playground, area.trash, area.undo)
    area.trash.ask.click(emptying.ask, None, area.trash.sure, queue=False, **QUIET)
    emptied = area.trash.sure.click(emptying.empty, None, area.undo, queue=False, **QUIET)
    emptied.then(looking.look, None, outputs, inputs_kwargs=asked, queue=False, **QUIET)
    area.search.archive.click(looking.archive, None, area.undo, inputs_kwargs=asked, **QUIET)
    for event in ended:
        event.then(looking.look, None, outputs, inputs_kwargs=asked, queue=False, **QUIET)


def connect_recovering(page: gr.Blocks, recovering: Recovering, looking: Looking, ended: list[Any]) -> None:
    """Connect the list of runs that can be recovered, looked at anew after each run."""
    again: dict[str, Any] = {"queue": False, **QUIET}
    done = recovering.area.recover(recovering.recover, None, recovering.runner.outputs.all(), **QUIET)
    for event in (*ended, done):
        event.then(recovering.look, None, recovering.area, **again)
    page.load(recovering.look, None, recovering.area, **again)
    asked, outputs = looking.area.searched(), looking.area.outputs()
    done.then(looking.look, None, outputs, inputs_kwargs=asked, **again)


def connect_actions(actions: Actions, looking: Looking, form: Compose, results: ResultsArea) -> None:
    """Connect the buttons on images."""
    area = results.history
    for place in (results.stage, area.shelf, area.undo):
        done = place.act(actions.act, None, actions.outputs(), **QUIET)
        done.then(None, form.mode, None, js=js_call("open_tab"))
        done.then(looking.look, None, area.outputs(), inputs_kwargs=area.searched(), queue=False, **QUIET)


def connect_restore(restoring: Restoring, form: Compose, drop: gr.HTML) -> None:
    """Connect a dropped file."""
    done = drop.dropped(restoring.dropped, None, restoring.outputs(), queue=False, **QUIET)
    done.then(None, form.mode, None, js=js_call("open_tab"))


def connect_library(page: gr.Blocks, shelving: Shelving, form: Compose, values: dict[str, Any]) -> None:
    """Connect styles and presets."""
    area, preset = shelving.area, shelving.area.preset
    page.load(shelving.opened, None, preset, queue=False, **QUIET)
    filled = preset.input(shelving.chosen, preset, [*shelving.filling.outputs(), preset], queue=False, **QUIET)
    filled.then(None, form.mode, None, js=js_call("open_tab"))
    held = {name: control for name, control in values.items() if name not in ("mask", "easel", "controls", "styles")}
    area.save.click(
        shelving.save,
        None,
        [preset, area.name],
        inputs_kwargs={"name": area.name, **held},
        preprocess=False,
        **QUIET,
    )
    area.remove.click(shelving.remove, preset, preset, **QUIET)


def connect_price(page: gr.Blocks, runner: Runner, form: Compose, values: dict[str, Any], ended: list[Any]) -> None:
    """Connect the price on the button, and what the caps leave, to everything that changes them."""
    quiet = ("prompt", "mask", "easel", "controls", "styles")
    priced = [
        form.easel.input,
        values["controls"].input,
        *(control.change for name, control in values.items() if name not in quiet),
    ]
    how: dict[str, Any] = {"inputs_kwargs": values, "preprocess": False, "queue": False, **QUIET}
    outputs = [form.generate, form.left]
    gr.on([page.load, *priced], runner.price, None, outputs, trigger_mode="always_last", **how)
    for event in ended:
        event.then(runner.price, None, outputs, **how)


def connect_memory(page: gr.Blocks, remembering: Remembering, form: Compose, values: dict[str, Any]) -> None:
    """Connect the browser's memory of the form."""
    kept = memory()
    held = {name: control for name, control in values.items() if name not in ("mask", "easel", "controls", "styles")}
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
    back.then(None, form.mode, None, js=js_call("open_tab"))
