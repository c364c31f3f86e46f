"""What happens around a run: its start and end, its cards, its history, and what fills the form."""

from typing import Any

import gradio as gr

from ui.events.buttons import Presses
from ui.events.options import QUIET, js_call, with_mask
from ui.experiments.comparison import Comparing
from ui.experiments.variations import Varying
from ui.head.header import Header
from ui.head.ways_out import WaysOut
from ui.history.search import ARCHIVE
from ui.history.tiles import HistoryArea, Looking
from ui.history.trash import EMPTY, Emptying
from ui.layout.prompt_side import Compose
from ui.library.from_file import Restoring
from ui.library.presets import Shelving
from ui.library.room import Together
from ui.runs.reattaching import Following
from ui.runs.recovering import Recovering
from ui.runs.runner import Runner


def connect_run(box: gr.HTML, runner: Runner, form: Compose, values: dict[str, Any]) -> None:
    """Connect Generate, Compare, the grid, Stop and the return to a run that goes on."""
    outputs, comparing = runner.outputs.all(), Comparing(runner)
    # Raw values: Gradio's own range checks would refuse without naming the field, ours name it and the way out.
    how: dict[str, Any] = {"preprocess": False, "trigger_mode": "once", **QUIET}
    form.generate.click(runner.run, None, outputs, inputs_kwargs=values, js=with_mask(values), **how)
    form.compare.click(comparing.compare, None, outputs, inputs_kwargs=values, js=with_mask(values), **how)
    following = Following(runner)
    box.follow(following.follow, None, outputs, trigger_mode="once", **QUIET)
    # Several may be waited for: each press of Stop promises its own.
    box.promised(following.promised, None, outputs, trigger_mode="multiple", **QUIET)
    box.grid(comparing.grid, None, outputs, inputs_kwargs=values, js=with_mask(values), **how)
    form.stop.click(runner.stop, None, runner.outputs.buttons(), queue=False, **QUIET)


def connect_history(presses: Presses, looking: Looking, area: HistoryArea) -> None:
    """Connect what is beyond the first page, the zip and the trash; the search is seen by the watch."""
    asked = list(area.searched().values())
    presses.on(area.more, looking.further, asked, [*area.outputs(), area.shown])
    presses.on(ARCHIVE, looking.archive, asked, [area.undo])
    presses.on(EMPTY, Emptying(looking.playground, area.undo).empty, (), [area.undo], refresh=True)


def connect_recovering(recovering: Recovering) -> None:
    """Connect the list of runs that can be recovered."""
    recovering.area.recover(recovering.recover, None, recovering.runner.outputs.all(), **QUIET)


def connect_cards(box: gr.HTML, varying: Varying, together: Together, ways: WaysOut, form: Compose) -> None:
    """Connect the buttons on cards and tiles, and those at a cap."""
    actions = varying.actions
    fill_after(box.act(actions.act, None, actions.outputs(), **QUIET), form)
    fill_after(box.remix(together.remix, None, together.filling.outputs(), **QUIET), form)
    taken = box.way(ways.take, None, ways.outputs(), queue=False, **QUIET)
    taken.then(None, None, None, js=js_call("way_taken"))
    box.vary(varying.vary, None, varying.runner.outputs.all(), trigger_mode="once", **QUIET)


def fill_after(filled: Any, form: Compose) -> None:
    """Open the tab of the mode that the form was filled with, and look at all of it anew."""
    filled.then(None, form.mode, None, js=js_call("filled"))


def connect_restore(restoring: Restoring, form: Compose, head: Header, drop: gr.HTML) -> None:
    """Connect a dropped file, and settings that were pasted as a text."""
    how: dict[str, Any] = {"inputs_kwargs": {"backend": head.backend}, "queue": False, **QUIET}
    for event, answer in ((drop.dropped, restoring.dropped), (drop.pasted, restoring.pasted)):
        fill_after(event(answer, None, restoring.outputs(), **how), form)


def connect_library(presses: Presses, shelving: Shelving, form: Compose, values: dict[str, Any]) -> None:
    """Connect styles and presets."""
    area, preset = shelving.area, shelving.area.preset
    filling = [*shelving.filling.outputs(), preset]
    filled = preset.input(shelving.chosen, preset, filling, preprocess=False, queue=False, **QUIET)
    fill_after(filled, form)
    held = {name: control for name, control in values.items() if name not in ("mask", "easel", "controls", "styles")}
    area.save.click(
        shelving.save,
        None,
        [preset, area.name],
        inputs_kwargs={"name": area.name, **held},
        preprocess=False,
        **QUIET,
    )
    presses.on(area.remove, shelving.remove, [preset], [preset])
