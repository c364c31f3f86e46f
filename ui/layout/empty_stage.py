"""What stands where results will: how to begin, and for each backend pictures of its own, or prompts."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from backend.adapters.base import Backend
from backend.domain.capabilities import Drawn
from backend.domain.requests import TABBED, Mode
from ui.serving.wall import wall_address

MOST_EXAMPLES = 6
Examples = Sequence[tuple[str, str]]
"""Prompts to begin with, as title and words."""

_PICTURE = Markup(
    '<svg viewBox="0 0 48 48" aria-hidden="true"><rect x="5" y="9" width="38" height="30" rx="5"/>'
    '<circle cx="16" cy="20" r="4"/><path d="M7 35l11-10 8 7 6-5 9 8"/></svg>'
)
_HOW = Markup(
    '<p class="by-keys">Write what you want to see, then press <kbd>Ctrl</kbd>&nbsp;<kbd>Enter</kbd>.</p>'
    '<p class="by-touch">Write what you want to see, then press Generate.</p>'
)
_CHIPS = Markup('<div class="chips" data-of="{}" {}>{}</div>')
_CHIP = Markup('<button type="button" data-prompt="{}" {}>{}</button>')
_WALL = Markup(
    '<div class="wall" data-of="{}" data-model="{}" {}>'
    '<p>These were drawn here. Press one, and it is drawn live.</p><div class="drawn-all">{}</div></div>'
)
_DRAWN = Markup(
    '<button type="button" class="drawn" data-prompt="{prompt}" data-seed="{seed}">'
    '<img src="{address}" alt="" width="256" height="256"><span class="cost" hidden></span>'
    '<span translate="no">{prompt}</span></button>'
)
_AGAIN = Markup(
    '<div class="wall again" data-of="{}" data-model="{}" data-mode="{}" {}>'
    '<p>Or press one of these, and it is drawn live.</p><div class="pairs">{}</div></div>'
)
_PAIR = Markup(
    '<button type="button" class="drawn pair" data-act="example" data-of="{of}" data-name="{name}" '
    'data-words="{prompt}" data-seed="{seed}"><span class="from-to"><span class="from">{given}</span>'
    '<i aria-hidden="true"></i>{made}</span><span class="cost" hidden></span>'
    '<span translate="no">{prompt}</span></button>'
)
_IMAGE = Markup('<img src="{}" alt="" loading="lazy" height="{}">')
_HEIGHT = 256


def empty_stage(backends: Iterable[tuple[Backend, Examples]], chosen: str) -> str:
    """Return it for backends with their prompts; what is of another one than the chosen is hidden."""
    of_each = Markup("").join(_beginning(*each, chosen=chosen) for each in backends)
    return str(Markup('<div class="empty">{}{}{}</div>').format(_PICTURE, _HOW, of_each))


def _beginning(backend: Backend, examples: Examples, *, chosen: str) -> Markup:
    """Return the pictures, and the prompts that stand in their place where another model is at hand by then."""
    wall = [drawn for drawn in backend.capabilities.wall if drawn.mode == "text_to_image"]
    shown = backend.name == chosen
    chips = Markup("").join(
        _CHIP.format(prompt, Markup('translate="no"') if title == prompt else "", title)
        for title, prompt in examples[:MOST_EXAMPLES]
    )
    prompts = _CHIPS.format(backend.name, "hidden" if wall or not shown else "", chips)
    again = Markup("").join(_again(backend, mode, "" if shown else "hidden") for mode in TABBED[1:])
    return (_wall(backend, wall, "" if shown else "hidden") if wall else Markup("")) + prompts + again


def _again(backend: Backend, mode: Mode, hidden: str) -> Markup:
    """Return what a mode has made of pictures, which stands below an empty canvas; nothing where it has none."""
    pairs = Markup("").join(_pair(backend, drawn) for drawn in backend.capabilities.wall if drawn.mode == mode)
    return _AGAIN.format(backend.name, backend.model_name, mode, hidden, pairs) if pairs else pairs


def _pair(backend: Backend, drawn: Drawn) -> Markup:
    given, made = (
        Markup("").join(_IMAGE.format(wall_address(backend.name, picture.name), _HEIGHT) for picture in pictures)
        for pictures in (drawn.pictures.values(), [drawn.picture])
    )
    return _PAIR.format(
        of=backend.name, name=drawn.picture.name, prompt=drawn.prompt, seed=drawn.seed, given=given, made=made
    )


def _wall(backend: Backend, wall: Sequence[Drawn], hidden: str) -> Markup:
    pictures = Markup("").join(
        _DRAWN.format(prompt=drawn.prompt, seed=drawn.seed, address=wall_address(backend.name, drawn.picture.name))
        for drawn in wall
    )
    return _WALL.format(backend.name, backend.model_name, hidden, pictures)
