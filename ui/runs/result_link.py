"""A result's link: made, shown and taken back on a sheet over the page; whoever has it sees that one run."""

from dataclasses import dataclass

import gradio as gr
from markupsafe import Markup

from backend.domain.errors import NotFound, PlaygroundError
from backend.domain.records import RunImage
from backend.domain.requests import MODE_LABELS
from backend.library.recipe_links import pack_recipe
from backend.library.result_links import SharedRun
from backend.playground import Playground
from backend.prompts.final_words import as_they_are
from ui.events.options import on_load
from ui.events.page_events import news
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.look import words
from ui.runs.cards import lost
from ui.serving.address import RECIPE
from ui.serving.caller import caller_of
from ui.serving.served import Served, url

RESULT = "result"
"""The parameter of a page's address that names a shared result."""

_LINK = Markup(
    '<div class="result-link" data-run="{run}" data-turn="{turn}"><h2>Link to this result</h2>'
    "<p>Whoever has this address sees this run, its images and settings; neither your inputs, nor who you are.</p>"
    '<div class="result-link-row">'
    '<input type="text" readonly aria-label="Address" value="{address}?{parameter}={token}">'
    '<button type="button" data-copy-address autofocus>Copy</button></div>'
    '<p class="told" role="status"><span data-told="copied" hidden>The address is copied.</span>'
    '<span data-told="closed" hidden>'
    "This browser keeps its clipboard shut: the address is marked, copy it yourself.</span></p>"
    '<div class="result-link-row end"><button type="button" data-act="unshare">Take the link back</button>'
    '<button type="button" data-close>Close</button></div></div>'
)
_REVOKED = Markup(
    '<div class="result-link" data-turn="{turn}"><h2>The link was taken back</h2>'
    '<p role="status">Its address shows nothing any more. Press Link again for a new one.</p>'
    '<div class="result-link-row end"><button type="button" data-close autofocus>Close</button></div></div>'
)
_PAGE = Markup(
    '<section class="shared"><h2 class="quiet">A shared result</h2><div class="strip">{images}</div>'
    '<p translate="no">{prompt}</p><p class="hint">{settings}</p>'
    '<p><a href="?{recipe_parameter}={recipe}">Open in the playground</a></p></section>'
)
_IMAGE = Markup('<figure class="tile"><img src="{address}" alt="{alt}"><figcaption>seed {seed}</figcaption></figure>')
_LOST = Markup('<figure class="tile">{}<figcaption>seed {seed}</figcaption></figure>')
_GONE = Markup('<section class="shared"><p>{}</p></section>')


def link_html(run_id: str, token: str, address: str) -> str:
    """Return the link to a run's result, to be copied and taken back; each time another value, so that it is seen."""
    return str(_LINK.format(run=run_id, address=address, parameter=RESULT, token=token, turn=news()))


def revoked_html() -> str:
    """Return what is said once a link was taken back."""
    return str(_REVOKED.format(turn=news()))


def result_link_area() -> gr.HTML:
    """Lay out the component whose every value is shown on a sheet over the page, wherever on it the button was."""
    script = on_load("result_link")
    return gr.HTML(
        "", html_template="", js_on_load=script, visible="hidden", elem_id="result-link", apply_default_css=False
    )


def shared_result_area() -> gr.HTML:
    """Lay out the place of a shared result, which is empty without such an address."""
    return gr.HTML("", visible=False, elem_id="shared-result", apply_default_css=False)


@dataclass(frozen=True, slots=True)
class SharedResult:
    """Shows the result that the page's address names."""

    playground: Playground
    served: Served
    place: gr.HTML

    def connect(self, wires: Wires) -> None:
        """Let a page whose address names a result ask for it when it opens."""
        wires.when_opened(self.opened, [self.place])

    def opened(self, request: gr.Request) -> Updates:
        """Return the run that the address's token opens, or why it opens none."""
        token = request.request.query_params.get(RESULT) if request.request else None
        if not token:
            return {}
        try:
            text = self._page(self.playground.result_links.opened(token), caller_of(self.playground, request).visitor)
        except NotFound as error:
            text = _GONE.format(error)
        return {self.place: gr.update(value=str(text), visible=True)}

    def _page(self, shared: SharedRun, visitor: str) -> Markup:
        recipe = shared.recipe
        prompt = str(recipe.get("prompt", ""))
        tiles = [self._image(image, prompt, visitor) for image in shared.images]
        told = [f"{name.replace('_', ' ')} {value}" for name, value in recipe.items() if _short(name, value)]
        return _PAGE.format(
            images=Markup("").join(tiles),
            prompt=prompt,
            settings=" · ".join([MODE_LABELS[recipe["mode"]], *told]),  # type: ignore[index]
            recipe_parameter=RECIPE,
            recipe=pack_recipe(as_they_are(recipe)),
        )

    def _image(self, image: RunImage, prompt: str, visitor: str) -> Markup:
        seed = words.seed_of(image)
        try:
            address = url(self.served.copy(image, visitor))
        except PlaygroundError as error:
            return _LOST.format(lost(error), seed=seed)
        return _IMAGE.format(address=address, alt=prompt[:300], seed=seed)


def _short(name: str, value: object) -> bool:
    return name not in ("mode", "prompt", "seed") and isinstance(value, str | int | float) and len(str(value)) <= 40
