"""One finished image: the picture, its facts, and what can be done with it; as HTML."""

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from backend.requests import MODES
from backend.runs.records import CostKind, Run, RunImage
from ui import words
from ui.served import url


def image_seconds(image: RunImage, run: Run | None) -> str:
    """Return how long an image took, where that is known."""
    own = image.details.get("seconds")
    if isinstance(own, int | float):
        return words.duration(float(own))
    return words.duration(run.seconds) if run and len(run.images) == 1 else ""


def image_steps(image: RunImage) -> str:
    """Return how many steps were computed and how many taken over, where a cache decided over that."""
    computed, reused = image.details.get("computed_steps"), image.details.get("reused_steps")
    if not isinstance(computed, int) or not isinstance(reused, int):
        return ""
    return f"{computed} of {computed + reused} steps computed, {reused or 'none'} reused"


def facts(image: RunImage, kind: CostKind, run: Run | None) -> Markup:
    """Return an image's seed, cost, time and size as one line."""
    parts: Sequence[tuple[str, str]] = (
        ("seed", f"seed {words.seed_text(image.seed)}"),
        ("cost", words.cost(image.cost_usd, kind)),
        ("time", image_seconds(image, run)),
        ("steps", image_steps(image)),
        ("size", f"{image.width} × {image.height}"),
    )
    return Markup("").join(Markup('<span class="fact {}">{}</span>').format(name, text) for name, text in parts if text)


def card(image: RunImage, path: Path, run: Run | None, line: Markup, prompt: str) -> Markup:
    """Return the image's card; before its run is over, only what needs no record of it can be done."""
    return _CARD.format(
        address=url(path),
        name=path.name,
        alt=prompt[:300],
        width=image.width,
        height=image.height,
        line=line,
        flag=_FLAG if image.flagged else "",
        seed=words.seed_text(image.seed),
        unknown="disabled" if image.seed is None else "",
        recorded=_RECORDED if run else "",
        run=run.id if run else "",
        index=image.index,
    )


_FLAG = Markup('<span class="flag">flagged by the safety check</span>')
_MODES = Markup("").join(
    Markup('<option value="{}">{}</option>').format(mode, words.MODE_LABELS[mode]) for mode in MODES[1:]
)
_RECORDED = Markup(
    '<select data-act="send" aria-label="Use this image in another mode"><option value="">Use in …</option>{}</select>'
    '<button type="button" data-act="settings" title="Bring back everything that made it">Use settings</button>'
    '<button type="button" data-act="code" title="The exact request, and code that repeats it">Code</button>'
    '<button type="button" data-act="share" title="A link that shows this run, or takes that back">Link</button>'
).format(_MODES)
_CARD = Markup(
    '<figure class="card" data-run="{run}" data-index="{index}" style="--ratio:{width} / {height};--width:{width}px">'
    '<button type="button" class="picture" data-open aria-label="Look at it in full size">'
    '<img src="{address}" alt="{alt}" width="{width}" height="{height}" decoding="async"></button>'
    '<figcaption><div class="facts">{line}{flag}</div><div class="actions">'
    '<button type="button" data-act="seed" data-value="{seed}" {unknown} title="Use this seed again">'
    "Reuse seed</button>"
    '{recorded}<a href="{address}" download="{name}" title="The file carries its settings">Download</a>'
    "</div></figcaption></figure>"
)
