"""Everything on the page in its place: the head over three panes, which are the form, the stage and the history."""

from dataclasses import dataclass

import gradio as gr
from gradio.components import Component

from backend.playground import Playground
from ui.events.options import on_load
from ui.events.page_events import signals
from ui.experiments.grid_fold import grid_cells
from ui.form.library import Library
from ui.form.variables import NAME as VARIABLES
from ui.head.header import Header, header, switches
from ui.inputs.makers import maker_of
from ui.inputs.panel import one_each
from ui.layout.prompt_side import Compose, compose
from ui.layout.results_area import ResultsArea, results_area
from ui.layout.settings_area import SettingsArea, settings_area
from ui.library.from_file import DROP_ZONE
from ui.serving.served import Served
from ui.together.areas import TogetherArea, together_area


@dataclass(frozen=True, slots=True)
class Layout:
    """The components of the page, by the part that they belong to."""

    head: Header
    form: Compose
    results: ResultsArea
    settings: SettingsArea
    drop: gr.HTML
    together: TogetherArea

    def values(self) -> dict[str, Component]:
        """Return every control that a request is read from, by the name of its value in an event."""
        return {
            "mask": self.form.mask,  # the first, since the script of Generate puts the drawn mask there
            **self.watched(),
        }

    def watched(self) -> dict[str, Component]:
        """Return those whose changes the page hears of: all but the mask."""
        return {**one_each(self.filled()), VARIABLES: self.form.variables}

    def filled(self) -> dict[str, Component]:
        """Return, by the name of its field, those that a recipe fills: all but the mask, which is drawn."""
        settings = self.settings
        return {
            "backend": self.head.backend,
            "mode": self.form.mode,
            "prompt": self.form.prompt,
            "easel": self.form.easel,
            "controls": settings.controls,
            "styles": settings.library.styles,
            **settings.fitted(),
        }


def lay_out(playground: Playground, library: Library, served: Served) -> Layout:
    """Lay the page out; call it inside its Blocks."""
    with gr.Row(elem_id="head"):
        head, together = header(playground), together_area()
        switches(playground)
    with gr.Row(elem_id="main"):
        with gr.Column(elem_id="panel", min_width=280):
            form = compose(playground)
            with form.scroll:
                settings = settings_area(playground, library.presets)
                drop = _dropzone()
        examples = {each.name: library.examples(each) for each in playground.backends.values()}
        results = results_area(playground, served, form.easel, examples)
    return Layout(head, form, results, settings, drop, together)


def lay_out_signals(playground: Playground, layout: Layout) -> gr.HTML:
    """Lay out the component of the page's own events, which knows the names of what is watched."""
    chosen = playground.choose("auto")
    grid = {cell.key: cell.value for cell in grid_cells()}
    most = {each.name: each.capabilities.most_outpainted for each in playground.backends.values()}
    modes = {each.label: each.capabilities.modes for each in playground.backends.values()}
    begins = {"backend": chosen.name, "maker": maker_of(chosen)}
    return signals(names=layout.watched(), grid=grid, outpainted=most, modes=modes, **begins)


def _dropzone() -> gr.HTML:
    script = on_load("dropzone", "dropped", "pasted")
    return gr.HTML(DROP_ZONE, elem_id="dropzone", js_on_load=script, apply_default_css=False)
