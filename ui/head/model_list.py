"""The models on this machine, for who may switch between them: a press takes one, and gives up the one before."""

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr
from gradio.blocks import Block
from markupsafe import Markup

from backend.adapters.base import UNLOAD, USE, Backend, ModelChoice
from backend.domain.caller import Caller
from ui.events.options import on_load
from ui.events.updates import Updates

_TITLE = "Models"
_OURS = "Coloured shapes and simple scenes, for trying out"
_ROW = Markup(
    '<li class="model{look}"><span class="model-name"{kept}>{name}</span>'
    '<span class="model-about"{kept}>{about}</span>{said}{press}</li>'
)
_SAID = Markup('<span class="model-said">{}</span>')
_PRESS = Markup('<button type="button" class="small" data-action="{action}">{label}</button>')
_OFF = Markup('<button type="button" class="small" data-action="{action}" disabled>{label}</button>')
_OTHER = Markup(
    '<form class="model-other"><label for="model-other-box">Another one: a folder, a file, or a hub id</label>'
    '<div><input id="model-other-box" type="text" autocomplete="off" spellcheck="false">'
    '<button type="submit" class="small">Use it</button></div></form>'
)
_LIST = Markup('<ul class="models">{}</ul>{}')


@dataclass(frozen=True, slots=True)
class ModelList:
    """The components of the list."""

    box: gr.Accordion
    rows: gr.HTML

    def outputs(self) -> list[Block]:
        """Return what a look at the list changes."""
        return [self.box, self.rows]

    def look(self, backend: Backend, caller: Caller, shown: object = None) -> Updates:
        """Return the list as it is now, where it isn't what is `shown`: who reads it isn't disturbed for nothing."""
        known = backend.model_choices(caller)
        html = list_html(known)
        if html == shown:
            return {self.box: gr.skip(), self.rows: gr.skip()}
        return {self.box: gr.update(visible=bool(known), label=_title(known)), self.rows: html}


def model_list(backend: Backend) -> ModelList:
    """Lay the list out; it shows itself only where the model can be switched."""
    known = backend.model_choices(Caller(visitor=""))
    with gr.Accordion(_title(known), open=False, visible=bool(known), elem_id="models") as box:
        shown = gr.HTML(
            list_html(known), elem_id="model-list", js_on_load=on_load("models", "act"), apply_default_css=False
        )
    return ModelList(box, shown)


def list_html(known: Sequence[ModelChoice]) -> str:
    """Return a row a model: name, kind, size and precision, whether it fits, and the press that takes it."""
    rows = Markup("").join(_row(choice) for choice in known)
    return str(_LIST.format(rows, _OTHER)) if known else ""


def _row(choice: ModelChoice) -> Markup:
    said = (choice.unfit and f"It {choice.unfit}.") or (
        "In use" if choice.loaded else "Chosen" if choice.chosen else ""
    )
    return _ROW.format(
        look=" chosen" if choice.chosen else "",
        name=choice.name,
        about=choice.about or _OURS,
        kept=Markup(' translate="no"') if choice.about else "",
        said=_SAID.format(said) if said else "",
        press=_press(choice),
    )


def _press(choice: ModelChoice) -> Markup:
    if choice.loaded:
        return _PRESS.format(action=UNLOAD, label="Unload")
    if choice.chosen:
        return Markup("")
    return (_OFF if choice.unfit else _PRESS).format(action=f"{USE}{choice.id}", label="Use")


def _title(known: Sequence[ModelChoice]) -> str:
    return f"{_TITLE} ({len(known)})" if len(known) > 1 else _TITLE
