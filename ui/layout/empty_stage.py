"""What stands where results will: how to begin, and for each backend pictures of its own, or prompts."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from backend.adapters.base import Backend
from backend.domain.capabilities import Drawn
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


def empty_stage(backends: Iterable[tuple[Backend, Examples]], chosen: str) -> str:
    """Return it for backends with their prompts; what is of another one than the chosen is hidden."""
    of_each = Markup("").join(_beginning(*each, chosen=chosen) for each in backends)
    return str(Markup('<div class="empty">{}{}{}</div>').format(_PICTURE, _HOW, of_each))


def _beginning(backend: Backend, examples: Examples, *, chosen: str) -> Markup:
    """Return the pictures, and the prompts that stand in their place where another model is at hand by then."""
    wall = backend.capabilities.wall
    shown = backend.name == chosen
    chips = Markup("").join(
        _CHIP.format(prompt, Markup('translate="no"') if title == prompt else "", title)
        for title, prompt in examples[:MOST_EXAMPLES]
    )
    prompts = _CHIPS.format(backend.name, "hidden" if wall or not shown else "", chips)
    return _wall(backend, wall, "" if shown else "hidden") + prompts if wall else prompts


def _wall(backend: Backend, wall: Sequence[Drawn], hidden: str) -> Markup:
    pictures = Markup("").join(
        _DRAWN.format(prompt=drawn.prompt, seed=drawn.seed, address=wall_address(backend.name, drawn.picture.name))
        for drawn in wall
    )
    return _WALL.format(backend.name, backend.model_name, hidden, pictures)
