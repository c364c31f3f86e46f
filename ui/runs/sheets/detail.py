"""The sheet on which details of a result are chosen: what of people is drawn again, how far, and what that costs."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.common_fields import Common
from backend.domain.errors import NotReady, PlaygroundError
from backend.domain.parts import Detail
from backend.domain.records import Run, RunImage
from backend.domain.requests import ImageToImage, undrawn
from backend.playground import Playground
from ui.events.page_events import news
from ui.look import words
from ui.runs.sheets.sheet import priced_words, refused_html

TARGETS: Mapping[str, str] = {"face": "Faces", "hand": "Hands", "face hand": "Faces and hands"}
"""What may be drawn again, with its words; of several, one after the other."""
CHOSEN = ("targets", "prompt", "strength", "confidence", "seed")
NOBODY = "Nobody draws faces or hands again here: start the playground with the backend `local`, or `cluster`."
_KEPT = frozenset(Common.model_fields) - {
    *("prompt", "seed", "variation_strength", "variation_seed", "count", "controls", "details", "options"),
    *("acceleration", "accelerator", "safety", "prompt_expansion"),
}
"""What the parts are drawn by as the picture was, where the same one draws them."""
_FILE = ("output_format", "output_quality")

_HEAD = "Details"
_SHEET = Markup(
    '<div class="upscale" data-run="{run}" data-index="{index}" data-starts="detail" data-turn="{turn}"><h2>{head}</h2>'
    '<label>Draw again<select data-field="targets" data-key autofocus>{targets}</select></label>'
    '<label>Prompt<textarea data-field="prompt" rows="2" translate="no">{prompt}</textarea></label><div class="pair">'
    '<label>Strength<input data-field="strength" type="number" min="0.05" max="1" step="0.05" value="{strength:g}">'
    '</label><label>Confidence<input data-field="confidence" type="number" min="0" max="1" step="0.05" '
    'value="{confidence:g}"></label></div><label>Seed<input data-field="seed" type="text" inputmode="numeric" '
    'placeholder="random" value=""></label>'
    "<p>They are found in the picture, and each is drawn again at the model's own size; all else stays as it is. "
    "Strength is how far it may leave what is there: 0.3 to 0.5 is usual.</p>"
    '<div class="result-link-row end"><button type="button" data-close>Close</button>'
    '<button type="button" class="go" data-go data-prices="{prices}">Draw again<span data-price></span></button>'
    "</div></div>"
)
_OPTION = Markup('<option value="{}">{}</option>')


def detailer(playground: Playground, name: str) -> Backend:
    """Return who draws details of what the backend `name` made: itself, or else the first that can.

    Raises `NotReady`, with the way to what is lacking.
    """
    own = playground.backends.get(name)
    known = [each for each in (own, *playground.backends.values()) if each]
    found = next((each for each in known if _can(each)), None)
    if found is None:
        lacking = (each.capabilities.reasons.get("details") for each in known if each.name in ("local", "cluster"))
        raise NotReady(next(filter(None, lacking), NOBODY))
    return found


def _can(backend: Backend) -> bool:
    able = backend.capabilities
    return "image_to_image" in able.modes and able.can_take("details.target")


def detailing(run: Run, image: RunImage, backend: Backend, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the request that draws a result's details again: image to image at strength 0.

    Words and numbers are the picture's where the same backend drew it; a seed that isn't given is drawn.
    """
    kept = _FILE if run.backend != backend.name or undrawn(run.request) else _KEPT
    values = {name: getattr(run.request, name) for name in kept}
    own = {name: given[name] for name in ("strength", "confidence") if given.get(name, "").strip()}
    details = [{"target": target, **own} for target in given.get("targets", "face").split()]
    seed = {"seed": given["seed"]} if given.get("seed", "").strip() else {}
    words_of = {"prompt": given.get("prompt", run.request.prompt)}
    return {
        "mode": "image_to_image",
        "image": image.sha256,
        "strength": 0,
        "details": details,
        **values,
        **words_of,
        **seed,
    }


def detail_html(playground: Playground, run: Run, image: RunImage, caller: Caller) -> str:
    """Return the sheet for an image, or why it has no details; each time another value, so that it is seen."""
    try:
        backend = detailer(playground, run.backend)
    except PlaygroundError as error:
        return refused_html(_HEAD, words.sentence(error))
    usual = Detail()
    sheet = _SHEET.format(
        run=run.id,
        index=image.index,
        turn=news(),
        head=_HEAD,
        targets=Markup("").join(_OPTION.format(value, said) for value, said in TARGETS.items()),
        prompt=run.request.prompt,
        strength=usual.strength,
        confidence=usual.confidence,
        prices=json.dumps(dict(_prices(run, image, backend, caller))),
    )
    return str(sheet)


def _prices(run: Run, image: RunImage, backend: Backend, caller: Caller) -> Iterator[tuple[str, str]]:
    """Yield what each choice may cost and take, where that is known."""
    for targets in TARGETS:
        try:
            asked = ImageToImage.model_validate(detailing(run, image, backend, {"targets": targets, "prompt": "any"}))
            yield targets, priced_words(backend.estimate(asked, caller))
        except PlaygroundError:  # The picture is out of reach, which the run says better.
            continue
