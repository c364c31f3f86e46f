"""The form's link: made from what the form says now, for its visitor to copy; whoever opens it gets a filled form."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
from markupsafe import Markup
from pydantic import JsonValue

from backend.domain.errors import InvalidRequest, PlaygroundError, Problem
from backend.domain.requests import Mode
from backend.library.recipe_links import MOST_CHARACTERS, pack_recipe
from backend.playground import Playground
from ui.events.options import QUIET, js_call, on_load
from ui.events.updates import Update
from ui.events.wires import Wires
from ui.form.library import Library
from ui.form.reading import Values, draft, own_options
from ui.inputs.panel import spread
from ui.look.field_titles import error_text
from ui.serving.address import RECIPE
from ui.serving.caller import caller_of

_LINK = Markup(
    '<div class="form-link"><p role="status">Whoever opens this address finds the form filled; nothing runs.{rest}</p>'
    '<div class="form-link-row"><a href="?{parameter}={recipe}">{parameter}={recipe}</a>'
    '<button type="button" data-copy-link>Copy</button>'
    '<button type="button" data-close aria-label="Close">✕</button></div></div>'
)
_PICTURES = " Your pictures stay here: it asks for new ones."
_OPTIONS = " {backend}'s own options ({names}) stay here too."
_TOO_LONG = Problem(
    "prompt", "is too long for a link: shorten it, or send an image file, which holds all its settings."
)


@dataclass(frozen=True, slots=True)
class ShareArea:
    """The components of the form's link."""

    copy: gr.Button
    link: gr.HTML


def share_area() -> ShareArea:
    """Lay out the button, and the place where the link appears."""
    copy = gr.Button("Copy link", size="sm", elem_id="copy-link")
    script = on_load("form_link")
    link = gr.HTML("", visible=False, elem_id="form-link", js_on_load=script, apply_default_css=False)
    return ShareArea(copy, link)


@dataclass(frozen=True, slots=True)
class FormLink:
    """Makes the link; it carries settings only: no picture, no key, no name of anybody."""

    playground: Playground
    library: Library
    area: ShareArea

    def connect(self, wires: Wires) -> None:
        """Wire the button; the browser copies the address once the link is there, if it lets a page do so."""
        held = wires.but("mask", "easel", "controls")
        made = self.area.copy.click(self.make, None, self.area.link, inputs_kwargs=held, preprocess=False, **QUIET)
        made.then(None, None, None, js=js_call("copy_form_link"))

    def make(self, request: gr.Request, **values: JsonValue) -> Update:
        """Return the form's link, with the words of the chosen styles in its prompts, as a run would send them."""
        try:
            text = self._link(spread(values), request)
        except PlaygroundError as error:
            raise gr.Error(error_text(error), print_exception=False) from error
        return gr.update(value=str(text), visible=True)

    def _link(self, values: dict[str, Any], request: gr.Request) -> Markup:
        backend = self.playground.choose(str(values.get("backend") or "auto"))
        values["prompt"], values["negative_prompt"] = self.library.styled(
            caller_of(self.playground, request),
            values.get("styles") or (),
            str(values.get("prompt") or ""),
            str(values.get("negative_prompt") or ""),
        )
        mode: Mode = values.get("mode") or "text_to_image"
        given = Values(mode, backend.name, values)
        link = pack_recipe(draft(given, backend.capabilities))
        if len(link) > MOST_CHARACTERS:
            raise InvalidRequest([_TOO_LONG])
        rest = "" if mode == "text_to_image" else _PICTURES
        if options := own_options(given, backend.capabilities):
            rest += _OPTIONS.format(backend=backend.label, names=", ".join(options))
        return _LINK.format(parameter=RECIPE, recipe=link, rest=rest)
