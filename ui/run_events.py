"""What happens around a run: its start and end, its price, its history, and what the form remembers."""

from typing import Any

import gradio as gr

from ui.actions import Actions
from ui.comparing import Comparing
from ui.compose import Compose
from ui.events import QUIET, js_call, refresh_after, with_mask
from ui.following import Following
from ui.history import HistoryArea, Looking
from ui.library_area import Shelving
from ui.recovering import Recovering
from ui.remembering import Remembering
from ui.restore import Restoring
from ui.results_area import ResultsArea
from ui.run import Runner
from ui.settings_area import SettingsArea
from ui.trash import Emptying
from ui.varying import Varying


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
    form.stop.click(runner.stop, None, outputs[1:], queue=False, **QUIET)
    return running


def connect_vary(varying: Varying, results: ResultsArea) -> list[Any]:
    """Connect the Vary buttons; return what ends a run of theirs."""
    outputs = varying.runner.outputs.all()
    places = (results.stage, results.history.shelf)
    return [place.vary(varying.vary, None, outputs, trigger_mode="once", **QUIET) for place in places]


def connect_history(looking: Looking, area: HistoryArea) -> None:
    """Connect the search, what is beyond the first page, and the trash."""
    asked, outputs = area.searched(), area.outputs()
    looks = [control.change for control in area.search.controls().values()]
    gr.on(looks, looking.look, None, outputs, inputs_kwargs=asked, queue=False, trigger_mode="always_last", **QUIET)
    area.more.click(looking.further, None, [*outputs, area.shown], inputs_kwargs=asked, queue=False, **QUIET)
    emptying = Emptying(looking.playground, area.trash, area.undo)
    area.trash.ask.click(emptying.ask, None, area.trash.sure, queue=False, **QUIET)
    emptied = area.trash.sure.click(emptying.empty, None, area.undo, queue=False, **QUIET)
    refresh_after(emptied)
    area.search.archive.click(looking.archive, None, area.undo, inputs_kwargs=asked, **QUIET)


def connect_recovering(recovering: Recovering) -> Any:
    """Connect the list of runs that can be recovered; return what ends such a run."""
    return recovering.area.recover(recovering.recover, None, recovering.runner.outputs.all(), **QUIET)


def connect_actions(actions: Actions, form: Compose, results: ResultsArea) -> None:
    """Connect the buttons on images."""
    for place in (results.stage, results.history.shelf, results.history.undo):
        open_tab_after(place.act(actions.act, None, actions.outputs(), **QUIET), form)


def open_tab_after(filled: Any, form: Compose) -> None:
    """Open the tab of the mode that the form was filled with, and look at all of it anew."""
    filled.then(None, form.mode, None, js=js_call("open_tab"))
    refresh_after(filled)


def connect_restore(restoring: Restoring, form: Compose, drop: gr.HTML) -> None:
    """Connect a dropped file."""
    open_tab_after(drop.dropped(restoring.dropped, None, restoring.outputs(), queue=False, **QUIET), form)


def connect_library(page: gr.Blocks, shelving: Shelving, form: Compose, values: dict[str, Any]) -> None:
    """Connect styles and presets."""
    area, preset = shelving.area, shelving.area.preset
    page.load(shelving.opened, None, preset, queue=False, **QUIET)
    filled = preset.input(shelving.chosen, preset, [*shelving.filling.outputs(), preset], queue=False, **QUIET)
    open_tab_after(filled, form)
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


def connect_memory(page: gr.Blocks, remembering: Remembering, form: Compose, kept: gr.BrowserState) -> None:
    """Bring back what the browser remembers of the form, or what the address asks for; then watch it."""
    back = page.load(remembering.back, kept, remembering.outputs(), queue=False, **QUIET)
    back.then(None, form.mode, None, js=js_call("begin"))
