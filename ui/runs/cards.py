"""One finished image: the picture, its facts, and what can be done with it; as HTML."""

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from backend.domain.errors import PlaygroundError
from backend.domain.records import AS_MADE, CostKind, Run, RunImage
from backend.domain.requests import MODE_LABELS, TABBED, variation_seeds
from backend.images.keep import UNSIGNED
from ui.look import words
from ui.runs.sheets.before_after import before_button
from ui.runs.vary_button import Variation
from ui.serving.served import Served, url


def image_seconds(image: RunImage, run: Run | None) -> str:
    """Return how many seconds an image took, as text; empty where that isn't known."""
    own = image.details.get("seconds")
    if isinstance(own, int | float):
        return words.duration(float(own))
    return words.duration(run.seconds) if run and len(run.images) == 1 else ""


def _variation(image: RunImage, run: Run | None) -> str:
    if run is None or not run.request.variation_strength:
        return ""
    return f"variation {variation_seeds(run.request)[image.index]} ({run.request.variation_strength:g})"


def image_steps(image: RunImage) -> str:
    """Return how many steps were computed and how many taken over, where a cache decided over that."""
    computed, reused = image.details.get("computed_steps"), image.details.get("reused_steps")
    if not isinstance(computed, int) or not isinstance(reused, int):
        return ""
    return f"{computed} of {computed + reused} steps computed, {reused or 'none'} reused"


def facts(image: RunImage, kind: CostKind, run: Run | None) -> Markup:
    """Return an image's seed, cost, time and size as one line."""
    parts: Sequence[tuple[str, str]] = (
        ("seed", f"seed {words.seed_of(image)}"),
        ("variation", _variation(image, run)),
        ("cost", words.cost(image.cost_usd, kind)),
        ("time", image_seconds(image, run)),
        ("steps", image_steps(image)),
        ("size", f"{image.width} × {image.height}"),
    )
    return Markup("").join(Markup('<span class="fact {}">{}</span>').format(name, text) for name, text in parts if text)


def lost(error: PlaygroundError) -> Markup:
    """Return what stands in an image's place where its file can't be shown: why, and the way out."""
    return Markup('<p class="lost" role="status">{}</p>').format(words.lost_file(error))


def tile_picture(served: Served, image: RunImage, visitor: str, prompt: str, said: str = "") -> Markup:
    """Return an image as a tile shows it: small, opening in full size, `said` over it; or why it can't be shown."""
    try:
        small, whole = served.thumbnail(image.sha256, visitor), served.copy(image, visitor)
    except PlaygroundError as error:
        return lost(error)
    over = _TILE_WORDS.format(said) if said else ""
    return _TILE_PICTURE.format(whole=url(whole), small=url(small), alt=prompt[:300], words=over)


def lost_card(image: RunImage, run: Run | None, line: Markup, why: PlaygroundError) -> Markup:
    """Return the card of an image whose file can't be shown; its settings can be used as ever."""
    act = _SETTINGS if run else ""
    return _LOST_CARD.format(lost(why), line, act, run=run.id if run else "", index=image.index)


def card(image: RunImage, path: Path, run: Run | None, line: Markup, prompt: str, *, varying: Variation) -> Markup:
    """Return the image's card; before its run is over, only what needs no record of it can be done.

    `varying` is what its button for variations says.
    """
    return _CARD.format(
        address=url(path),
        name=path.name,
        alt=prompt[:300],
        width=image.width,
        height=image.height,
        line=line,
        flag=(_FLAG if image.flagged else Markup("")) + _unsigned(image) + _as_made(image),
        seed=words.seed_again(image) or words.seed_text(None),
        unknown="" if words.seed_again(image) else "disabled",
        recorded=vary_button(image, varying) + before_button(run.request) + _RECORDED if run else "",
        mark=MARK if run else "",
        recipe=RECIPE if run else "",
        run=run.id if run else "",
        index=image.index,
    )


def _unsigned(image: RunImage) -> Markup:
    """Return the flag of an image that should be signed and isn't."""
    why = image.details.get(UNSIGNED)
    return _UNSIGNED.format(why) if why else Markup("")


def _as_made(image: RunImage) -> Markup:
    """Return the flag of an image that isn't quite what was asked for."""
    how = image.details.get(AS_MADE)
    return _AS_MADE.format(how) if how else Markup("")


def vary_button(image: RunImage, varying: Variation) -> Markup:
    """Return the button that makes images like this one, with its price, or with the reason why not."""
    reason = varying.why_not or ("Its seed is unknown." if image.seed is None else "")
    state, about = ("disabled", reason) if reason else ("", "Draw four that are like it, yet not the same")
    if varying.price and not reason:
        return _VARY_FOR.format(state, about, varying.price)
    return _VARY.format(state, about)


_VARY = Markup('<button type="button" class="small" data-act="vary" {} title="{}">Vary</button>')
_VARY_FOR = Markup('<button type="button" class="small" data-act="vary" {} title="{}">Vary · {}</button>')
_TILE_PICTURE = Markup(
    '<button type="button" class="picture" data-open="{whole}" aria-label="Look at it in full size">'
    '<img src="{small}" alt="{alt}" title="{alt}" loading="lazy">{words}</button>'
)
_TILE_WORDS = Markup('<span class="said-of-it" translate="no" aria-hidden="true"><span>{}</span></span>')
MARK = Markup(
    '<button type="button" class="mark" data-mark aria-pressed="false" aria-label="Select" '
    'title="Select (Ctrl and a click)"></button>'
)
"""The corner of a picture by which it is selected: for a comparison, a board, a zip, the trash."""
_FLAG = Markup('<span class="flag">flagged by the safety check</span>')
# Opened by a press, since fingers find no title.
_UNSIGNED = Markup('<details class="flag"><summary>not signed</summary><p>Not signed: {}.</p></details>')
_AS_MADE = Markup('<details class="flag"><summary>not as asked</summary><p>{}</p></details>')
_MODES = Markup("").join(
    Markup('<option value="{}">{}</option>').format(mode, MODE_LABELS[mode]) for mode in TABBED[1:]
)
SEND = Markup(
    '<select data-act="send" aria-label="Use this image in another mode"><option value="">Use in …</option>{}</select>'
).format(_MODES)
"""The choice that takes an image to another mode."""
ENLARGE = Markup(
    '<button type="button" class="small" data-act="enlarge" title="Make it larger, up to four times">Upscale</button>'
)
"""The button that opens the sheet of an enlargement."""
DETAIL = Markup(
    '<button type="button" class="small" data-act="detail" title="Find faces and hands, and draw them again">Details'
    "</button>"
)
"""The button that opens the sheet of a result's details."""
RECIPE = Markup(
    '<button type="button" class="fact recipe-button" data-act="recipe" title="All that made this picture">Recipe'
    "</button>"
)
"""Behind an image's facts: opens the sheet that has all of them."""
_SETTINGS = Markup(
    '<button type="button" data-act="settings" title="Bring back everything that made it">Use settings</button>'
)
_LOST_CARD = Markup(
    '<figure class="card" data-run="{run}" data-index="{index}">{}<figcaption><div class="facts">{}</div>'
    '<div class="actions">{}</div></figcaption></figure>'
)
_RECORDED = (
    Markup('<button type="button" data-act="send" data-mode="inpaint" title="Draw a part of it anew">Inpaint</button>')
    + SEND
    + ENLARGE
    + DETAIL
    + _SETTINGS
    + Markup(
        '<button type="button" data-act="code" title="The exact request, and code that repeats it">Code</button>'
        '<button type="button" data-act="share" title="A link that shows this run to whoever has it">Link</button>'
    )
)
_CARD = Markup(
    '<figure class="card" data-run="{run}" data-index="{index}" style="--ratio:{width} / {height};--width:{width}px">'
    '<button type="button" class="picture" data-open aria-label="Look at it in full size">'
    '<img src="{address}" alt="{alt}" width="{width}" height="{height}" decoding="async"></button>{mark}'
    '<figcaption><div class="facts">{line}{flag}{recipe}</div><div class="actions">'
    '<a href="{address}" download="{name}" title="The file carries its settings">Download</a>'
    '<button type="button" data-act="seed" data-value="{seed}" {unknown} title="Use this seed again">'
    "Reuse seed</button>{recorded}</div></figcaption></figure>"
)
