"""The recipe of a result: all that made it on one sheet, to be copied, downloaded as a picture, linked, or used."""

import json
from collections.abc import Iterator

from markupsafe import Markup
from pydantic import BaseModel

from backend.domain.errors import PlaygroundError
from backend.domain.recipes import for_others
from backend.domain.records import DREW, Run, RunImage
from backend.domain.requests import IMAGE_FIELDS, MODE_LABELS, Request, controls_of, of_image, undrawn
from backend.export.recipe_card import Row, recipe_card
from backend.images.metadata.request_text import MODEL, infotext, own_note
from backend.playground import Playground
from ui.events.page_events import news
from ui.look import words
from ui.look.field_titles import field_title
from ui.serving.served import Served, url

_SHEET = Markup(
    '<div class="recipe" data-run="{run}" data-index="{index}" data-turn="{turn}"><h2>Recipe</h2>{picture}'
    '<dl tabindex="0" aria-label="What made this picture">{rows}</dl>'
    '<div class="recipe-acts"><button type="button" data-copies="{text}" autofocus>Copy as text</button>'
    '<button type="button" data-copies="{note}">Copy as JSON</button>{download}'
    '<button type="button" data-act="settings" data-close>Use settings</button>'
    '<button type="button" data-act="share" data-close>Link</button></div>'
    '<p class="hint">Text and JSON can be pasted into the prompt, and the card dropped on the page: its settings are '
    'back then.</p><div class="result-link-row end"><button type="button" data-close>Close</button></div></div>'
)
_PICTURE = Markup('<img src="{}" alt="">')
_DOWNLOAD = Markup('<a href="{}" download="{}">Download the card</a>')
_LOST = Markup('<p class="lost" role="status">{}</p>')
_ROW = Markup('<dt>{}</dt><dd translate="no">{}</dd>')
_SAID = Markup("<dt>{}</dt><dd>{}</dd>")
_OURS = ("Mode", "Cost", "Time")
"""Rows whose words are the page's own, and not somebody's."""
_BY_HAND = ("mode", "prompt", "negative_prompt", "seed", "width", "height", "scheduler", "steps", "guidance", "shift")
_LEFT_OUT = ("count", "output_format", "output_quality", "loras", "controls", "options")


def recipe_html(playground: Playground, served: Served, run: Run, image: RunImage, visitor: str) -> str:
    """Return the sheet of an image; each time another value, so that it is seen."""
    rows = list(recipe_rows(playground, run, image))
    request = of_image(for_others(run.request), image.index)
    note = own_note(request, image.seed, run.backend, image.details)
    try:
        card = served.made(
            f"recipe {run.id} {image.index} {rows}",
            f"z-image-recipe-{image.sha256[:8]}.png",
            lambda: recipe_card(playground.files.path(image.sha256), run, image, rows),
            visitor,
        )
        picture = _PICTURE.format(url(served.thumbnail(image.sha256, visitor)))
        download = _DOWNLOAD.format(url(card), card.name)
    except PlaygroundError as error:
        picture, download = _LOST.format(words.lost_file(error)), Markup("")
    return str(
        _SHEET.format(
            run=run.id,
            index=image.index,
            turn=news(),
            picture=picture,
            download=download,
            rows=Markup("").join((_SAID if title in _OURS else _ROW).format(title, text) for title, text in rows),
            text=infotext(request, image.seed, str(image.details.get(DREW, MODEL))),
            note=json.dumps(note, ensure_ascii=False),
        )
    )


def recipe_rows(playground: Playground, run: Run, image: RunImage) -> Iterator[Row]:
    """Yield what made an image, by title; what it cost is a bill, an estimate, or called unknown."""
    request, backend = of_image(for_others(run.request), image.index), playground.backends.get(run.backend)
    yield "Mode", MODE_LABELS[request.mode]
    yield field_title("prompt"), request.prompt or "–"
    if request.negative_prompt:
        yield field_title("negative_prompt"), request.negative_prompt
    yield "Seed", words.seed_of(image)
    yield "Size", f"{image.width} × {image.height}"
    yield "Model", str(image.details.get(DREW, MODEL))
    yield "Backend", backend.label if backend else run.backend
    if not undrawn(request):
        yield from _sampling(request)
    yield from _parts(request)
    yield from _further(request)
    yield "Cost", words.cost(image.cost_usd, run.cost_kind) + (" billed" if _is_bill(run, image) else "")
    if run.seconds is not None:
        yield "Time", words.duration(run.seconds)
    yield "Date", f"{run.created:%Y-%m-%d %H:%M} UTC"


def _is_bill(run: Run, image: RunImage) -> bool:
    return run.cost_kind == "billed" and image.cost_usd is not None


def _sampling(request: Request) -> Iterator[Row]:
    yield "Sampler", request.scheduler
    for name in ("steps", "guidance", "shift"):
        yield field_title(name), f"{getattr(request, name):g}"


def _parts(request: Request) -> Iterator[Row]:
    if request.loras:
        yield field_title("loras"), "\n".join(f"{lora.model} × {lora.weight:g}" for lora in request.loras)
    if controls := controls_of(request):
        windows = (f"{each.preprocess} × {each.scale:g}, {each.start:.0%} to {each.end:.0%}" for each in controls)
        yield "Controls", "\n".join(windows)
    pictures = len(IMAGE_FIELDS[request.mode])
    if pictures:
        yield "Pictures", f"{pictures} of its maker's, which no recipe carries"


def _further(request: Request) -> Iterator[Row]:
    """Yield all that was set beside, by the field's own title."""
    own = {name for name in type(request).model_fields if name.startswith("control_")} | {"preprocess"}
    hidden = {*_BY_HAND, *_LEFT_OUT, *IMAGE_FIELDS[request.mode], *(own if request.mode == "controlnet" else ())}
    for name, info in type(request).model_fields.items():
        value = getattr(request, name)
        if name not in hidden and (name == "strength" or value != info.get_default(call_default_factory=True)):
            yield field_title(name), _spelled(value)
    for name, option in request.options.items():
        yield field_title(f"options.{name}"), _spelled(option)


def _spelled(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, BaseModel):
        return _spelled(value.model_dump(mode="json", exclude_defaults=True))
    if isinstance(value, tuple):
        return "\n".join(map(_spelled, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
