"""The sheet that asks what shall become of pictures that were brought: a button a way, and which can't be used."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from backend.adapters.base import Backend
from backend.domain.requests import MODE_LABELS, TABBED, Mode
from ui.events.page_events import news
from ui.library.brought.files import Brought, Refused
from ui.serving.served import url

_MOST_SHOWN = 12
"""Pictures that stand on the sheet; of more their number is said."""
_SHEET = Markup(
    '<div class="brought" data-turn="{turn}" data-usable="{usable}"><h2>{head}</h2>{pictures}{refused}'
    '<div class="ways">{ways}</div>'
    '<div class="result-link-row end"><button type="button" data-close{focus}>Close</button></div></div>'
)
_PICTURES = Markup('<ul class="brought-pictures" tabindex="0" aria-label="Pictures">{}</ul>')
_PICTURE = Markup('<li><img src="{}" alt=""><span translate="no" title="{name}">{name}</span></li>')
_MORE = Markup("<li><span>and {} more</span></li>")
_REFUSED = Markup('<div class="brought-refused" role="status"><ul>{}</ul></div>')
_WHY = Markup('<li><b translate="no">{}</b> <span>{}</span></li>')
_WAY = Markup('<button type="button" data-into="{}"{}><b>{}</b><small>{}</small></button>')
_FOCUS = " autofocus"
_MODES: dict[Mode, str] = {
    "image_to_image": "Drawn anew, as near to it as you say",
    "inpaint": "A part of it is painted anew",
    "outpaint": "It goes on beyond its edges",
    "controlnet": "Its lines, depth or pose lead a new picture",
}
_BATCH = "A batch, priced before it begins"
Way = tuple[str, str, str]
"""What a button tells the script, its name, and what it does."""


def question_html(found: Sequence[Brought], refused: Sequence[Refused], backend: Backend, *, enlarges: bool) -> str:
    """Return the sheet; each time another value, so that it is seen. `enlarges`: whether anybody here upscales."""
    ways = list(_ways(found, backend, enlarges=enlarges))
    return str(
        _SHEET.format(
            turn=news(),
            usable=" ".join(str(each.number) for each in found),
            head=_head(len(found)),
            pictures=_PICTURES.format(_shown(found)) if found else "",
            refused=_REFUSED.format(Markup("").join(_why(refused))) if refused else "",
            ways=Markup("").join(_WAY.format(each[0], "" if at else _FOCUS, *each[1:]) for at, each in enumerate(ways)),
            focus="" if ways else _FOCUS,
        )
    )


def _head(count: int) -> str:
    if count == 0:
        return "No picture to use"
    return "What shall become of this picture?" if count == 1 else f"What shall become of these {count} pictures?"


def _shown(found: Sequence[Brought]) -> Markup:
    rows = [_PICTURE.format(url(each.path), name=each.name) for each in found[:_MOST_SHOWN]]
    return Markup("").join([*rows, *([_MORE.format(more)] if (more := len(found) - _MOST_SHOWN) > 0 else [])])


def _why(refused: Sequence[Refused]) -> Iterator[Markup]:
    yield from (_WHY.format(each.name, each.why) for each in refused[:_MOST_SHOWN])
    if (more := len(refused) - _MOST_SHOWN) > 0:
        yield _MORE.format(more)


def _ways(found: Sequence[Brought], backend: Backend, *, enlarges: bool) -> Iterator[Way]:
    carrying = next((each for each in found if each.source), None)
    if carrying:
        first = "" if len(found) == 1 else ", of the first that has any"
        yield "settings", "Settings", f"What made it comes into the form{first}"
    if len(found) == 1:
        yield from _for_one(backend, enlarges=enlarges)
    elif found:
        yield from _for_several(len(found), backend, enlarges=enlarges)


def _for_one(backend: Backend, *, enlarges: bool) -> Iterator[Way]:
    for mode in TABBED:
        if mode in _MODES and mode in backend.capabilities.modes:
            yield mode, MODE_LABELS[mode], _MODES[mode]
    if enlarges:
        yield "upscale", MODE_LABELS["upscale"], "The same picture, larger"


def _for_several(count: int, backend: Backend, *, enlarges: bool) -> Iterator[Way]:
    can = backend.capabilities
    if "image_to_image" in can.modes:
        yield "each image_to_image", "Image to image, each by itself", _BATCH
    if enlarges:
        yield "each upscale 2", "Upscale, each by itself", _BATCH
    if "controlnet" in can.modes and 1 < count <= can.most_controls:
        yield "controls", "Control layers", "Each leads the same new picture"
