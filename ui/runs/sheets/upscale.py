"""The sheet on which a picture's enlargement is chosen: how many times as large, by what, and what that costs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.errors import NotReady, PlaygroundError, Unsupported
from backend.domain.records import Run, RunImage
from backend.domain.requests import LANCZOS, Upscale
from backend.images.growing import grown_size, growth_problem
from backend.playground import Playground
from ui.events.page_events import news
from ui.inputs.widgets import shown
from ui.look import words
from ui.runs.sheets.sheet import priced_words, refused_html

FACTORS = (1.5, 2.0, 3.0, 4.0)
USUAL = 2.0
CHOSEN = ("method", "factor", "upscaler", "prompt", "tile_prompt", "strength", "control_scale", "steps", "seed")
"""The request's fields that stand on the sheet; those of redraw's are told only where that is chosen."""
UNHELD = "No ControlNet here knows tiles, so that a low strength alone keeps the picture."
UNHELD_STRENGTH = 0.2
NOBODY = "Nobody enlarges pictures here: start the playground with the backend `local`, or `cluster`."

_HEAD = "Upscale"
_SHEET = Markup(
    "{place}<h2>{head}</h2>"
    '<label>Method<select data-field="method" data-key><option value="sharp">Sharp: what is there, larger</option>'
    '<option value="redraw">Redraw: anew in tiles, with more detail</option></select></label>'
    '<label>Factor<select data-field="factor" data-key autofocus>{factors}</select></label>'
    '<label>Upscaler<select data-field="upscaler" data-key translate="no">{upscalers}</select></label>'
    '<div class="redraw" data-only="redraw" hidden>'
    '<label>Prompt<textarea data-field="prompt" rows="2" translate="no">{prompt}</textarea></label>'
    '<label>Prompt in tiles<select data-field="tile_prompt"><option value="false">Off: keeps what is there</option>'
    '<option value="true">On: every tile is drawn after it</option></select></label><div class="pair">'
    '<label>Strength<input data-field="strength" type="number" min="0.05" max="1" step="0.05" value="{strength:g}">'
    '</label><label>Control scale<input data-field="control_scale" type="number" min="0" max="2" step="0.05" '
    'value="{control_scale:g}"></label></div><div class="pair"><label>Steps<input data-field="steps" type="number" '
    'min="1" max="50" value="{steps}"></label><label>Seed<input data-field="seed" type="text" inputmode="numeric" '
    'placeholder="random" value="{seed}"></label></div>'
    "<p>Strength is how far a tile may leave the enlarged picture: 0.2 to 0.4 is usual. "
    'Control scale is how tightly the tile ControlNet holds it there.</p><p role="status">{unheld}</p></div>'
    '<p data-only="sharp">Nothing is drawn anew. Upscalers are .safetensors files (ESRGAN, SwinIR, DAT and their kin) '
    "in the models folders, or in the folder “upscalers” of the data folder.</p>"
    '<div class="result-link-row end"><button type="button" data-close>Close</button>'
    '<button type="button" class="go" data-go data-prices="{prices}">Upscale<span data-price></span></button>'
    "</div></div>"
)
_OF_A_RUN = Markup('<div class="upscale" data-run="{}" data-index="{}" data-starts="upscale" data-turn="{}">')
_OF_A_PICTURE = Markup('<div class="upscale" data-picture="{}" data-starts="upscale" data-turn="{}">')
_OPTION = Markup('<option value="{}"{}>{}</option>')
_SELECTED = Markup(" selected")


def enlarger(playground: Playground, name: str) -> Backend:
    """Return who enlarges what the backend `name` made: itself, or else the first that can; raise `NotReady`."""
    own = playground.backends.get(name)
    known = (own, *playground.backends.values())
    found = next((each for each in known if each and "upscale" in each.capabilities.modes), None)
    if found is None:
        raise NotReady(NOBODY)
    return found


@dataclass(frozen=True, slots=True)
class Enlarged:
    """What is to be made larger: a picture by its sha256, its size (pixels), and what is kept of its request.

    `place` begins its sheet, with where it is from; `backend` made it.
    """

    size: tuple[int, int]
    kept: Mapping[str, object]
    place: Markup
    backend: str = ""

    @classmethod
    def result(cls, run: Run, image: RunImage) -> "Enlarged":
        """Return a result, with its words, its seed and its kind of file."""
        asked = run.request
        file = {"output_format": asked.output_format, "output_quality": asked.output_quality}
        seed = {} if image.seed is None else {"seed": image.seed}
        kept = {"image": image.sha256, "prompt": asked.prompt, **seed, **file}
        place = _OF_A_RUN.format(run.id, image.index, news())
        return cls((image.width, image.height), kept, place, run.backend)

    @classmethod
    def picture(cls, sha256: str, size: tuple[int, int], prompt: str = "") -> "Enlarged":
        """Return a picture that was brought along, with the words that stand in the form."""
        return cls(size, {"image": sha256, "prompt": prompt}, _OF_A_PICTURE.format(sha256, news()))

    def values(self, **wanted: object) -> dict[str, object]:
        """Return the values of the request that makes it larger."""
        return {"mode": "upscale", **self.kept, **wanted}


def upscale_html(playground: Playground, enlarged: Enlarged, caller: Caller) -> str:
    """Return the sheet for a picture, or why it can't be enlarged; each time another value, so that it is seen."""
    try:
        return _sheet(enlarged, enlarger(playground, enlarged.backend), caller)
    except PlaygroundError as error:
        return refused_html(_HEAD, words.sentence(error))


def _sheet(enlarged: Enlarged, backend: Backend, caller: Caller) -> str:
    size = enlarged.size
    factors = [factor for factor in FACTORS if growth_problem(size, factor) is None]
    if not factors:
        wide, high = size
        return refused_html(
            _HEAD, f"This picture is {wide}×{high} already, too large to be enlarged: take a smaller one."
        )
    upscalers = tuple(backend.capabilities.choices.get("upscaler", (LANCZOS,)))
    redrawn = _redrawn(enlarged, backend)
    by_methods: tuple[dict[str, object], ...] = ({"method": "sharp"}, redrawn)
    choices: list[dict[str, object]] = [
        {"factor": each, "upscaler": by, **method} for each in factors for by in upscalers for method in by_methods
    ]
    sheet = _SHEET.format(
        place=enlarged.place,
        head=_HEAD,
        factors=Markup("").join(_factors(factors, size)),
        upscalers=Markup("").join(_OPTION.format(name, "", name) for name in upscalers),
        prices=json.dumps(_prices([_request(enlarged, choice) for choice in choices], backend, caller)),
        **_redraws_fields(_request(enlarged, redrawn), unheld=not redrawn.get("control_scale", True)),
    )
    return str(sheet)


def _request(enlarged: Enlarged, wanted: Mapping[str, object]) -> Upscale:
    return Upscale.model_validate(enlarged.values(**wanted))


def _redrawn(enlarged: Enlarged, backend: Backend) -> dict[str, object]:
    """Return what the method `redraw` begins with: without the ControlNet where the backend has none for tiles."""
    wanted: dict[str, object] = {"method": "redraw"}
    try:
        backend.capabilities.check(_request(enlarged, wanted))
    except Unsupported as error:
        if any(problem.field == "control_scale" for problem in error.problems):
            return wanted | {"control_scale": 0, "strength": UNHELD_STRENGTH}
    return wanted


def _redraws_fields(request: Upscale, *, unheld: bool) -> dict[str, object]:
    return {
        "prompt": request.prompt,
        "strength": request.strength,
        "control_scale": request.control_scale,
        "steps": request.steps,
        "seed": shown("seed", request.seed),
        "unheld": UNHELD if unheld else "",
    }


def _factors(factors: Sequence[float], size: tuple[int, int]) -> Iterator[Markup]:
    for factor in factors:
        wide, high = grown_size(size, factor)
        yield _OPTION.format(f"{factor:g}", _SELECTED if factor == USUAL else "", f"{factor:g}× · {wide} × {high}")


def _prices(requests: Sequence[Upscale], backend: Backend, caller: Caller) -> dict[str, str]:
    """Return what each may cost and take, by method, factor and upscaler as the script joins them."""
    found: dict[str, str] = {}
    for request in requests:
        try:
            estimate = backend.estimate(request, caller)
        except PlaygroundError:  # The picture is out of reach, which the run says better.
            continue
        found[f"{request.method} {request.factor:g} {request.upscaler}"] = priced_words(estimate)
    return found
