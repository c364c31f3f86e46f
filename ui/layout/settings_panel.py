"""What stands on the sheet of settings: size, steps and seed, and the folds, made from the requests' types."""

from collections.abc import Iterable, Mapping

import gradio as gr
from gradio.components import Component
from markupsafe import Markup

from backend.adapters.base import Backend
from backend.domain.capabilities import Capabilities
from backend.domain.field_notes import standing_in
from backend.domain.requests import LANCZOS
from backend.playground import Playground
from ui.experiments.grid_fold import grid_cells, grid_fold
from ui.form.reading import MARK, SHARED
from ui.inputs.cache_options import NAME as ACCELERATOR
from ui.inputs.cache_options import accelerator_cells
from ui.inputs.cells import Cell, cell, check
from ui.inputs.panel import fold, keyed, sheet
from ui.inputs.sizes import size_cells
from ui.modes.fields import Fitted

_TERSE: Mapping[str, Mapping[str, object]] = {
    "steps": {"info": None},
    "count": {"info": None},
    "seed": {"info": None},
    "loras": {"info": "One a line: the file, hub id or identifier, then @ and the weight.", "lines": 2},
}
_NAMED: Mapping[str, Mapping[str, object]] = {"hires_method": {"choices": (LANCZOS,)}}
"""What backends name, as it is before one that does was chosen: an input of a choice stays one."""
_BASICS = Markup(
    '<div class="basics">{keep}{size}<div id="sides">{width}'
    '<button type="button" id="swap" title="Swap width and height">⇄</button>{height}</div>'
    '<div class="pair">{steps}{count}</div><div id="seed-row">{seed}'
    '<button type="button" id="dice">Random</button><button type="button" id="reuse">Reuse</button></div></div>'
)
_PART = Markup('<div id="{0}" data-cell="{0}" data-kind="part"{1}>{2}</div>')


def settings_sheet(playground: Playground, fitted: Fitted) -> dict[str, Component]:
    """Lay the sheet out for the backend chosen at start, and return it by the name of each value on it."""
    chosen = playground.choose("auto")
    basics, top = _basics(chosen.capabilities, fitted)
    fine, extra, file = ([_cell(name, fitted) for name in standing_in(SHARED, at)] for at in ("fine", "extra", "file"))
    grid = grid_cells()
    cached, caches = accelerator_cells()
    hidden = "" if fitted[ACCELERATOR]["visible"] else Markup(" hidden")
    folds = [
        fold("Fine tuning", _html(fine)),
        fold("LoRAs and acceleration", [*_html(extra), _PART.format(ACCELERATOR, hidden, caches)]),
        grid_fold(grid),
        fold("File", _html(file)),
    ]
    cells = [*basics, *fine, *extra, *cached, *grid, *file]
    for backend in playground.backends.values():
        if own := _own_cells(backend):
            shown = backend.name == chosen.name
            folds.append(fold(f"Only {backend.label}", _html(own), backend=backend.name, shown=shown))
            cells += own
    made: gr.HTML = sheet([top, *folds], cells)
    return {ACCELERATOR: made, **keyed(cells, made)}


def _basics(capabilities: Capabilities, fitted: Fitted) -> tuple[list[Cell], Markup]:
    cells = [
        check("keep_size", "Keep the picture's size", at="keep-size", checked=True),
        *size_cells(capabilities),
        *(_cell(name, fitted) for name in ("steps", "count", "seed")),
    ]
    keep, size, width, height, steps, count, seed = _html(cells)
    parts = {"keep": keep, "size": size, "width": width, "height": height}
    return cells, _BASICS.format(**parts, steps=steps, count=count, seed=seed)


def _cell(name: str, fitted: Fitted) -> Cell:
    changes = {**_NAMED.get(name, {}), **fitted.get(name, {}), **_TERSE.get(name, {})}
    return cell(name, name, SHARED[name], fitted=changes)


def _own_cells(backend: Backend) -> list[Cell]:
    """Return the inputs of a backend's own options."""
    can, own = backend.capabilities, backend.name
    narrower = {
        name: {"choices": can.choices[f"options.{name}"]}
        for name in can.options.model_fields
        if f"options.{name}" in can.choices
    }
    return [
        cell(f"{own}{MARK}{name}", name, info, fitted=narrower.get(name), prefix=f"{own}-")
        for name, info in can.options.model_fields.items()
    ]


def _html(cells: Iterable[Cell]) -> list[Markup]:
    return [each.html for each in cells]
