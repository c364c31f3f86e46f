"""The visitor's latest runs, as a strip of thumbnails."""

from collections.abc import Sequence

from markupsafe import Markup

from backend.errors import NotFound
from backend.runs.records import Run, RunImage
from ui.results import facts
from ui.served import Served, url

EMPTY = Markup("")


def history_html(runs: Sequence[Run], served: Served) -> str:
    """Return the images of these runs, newest first."""
    tiles = [_tile(run, image, served) for run in runs for image in run.images]
    shown = [tile for tile in tiles if tile]
    if not shown:
        return str(EMPTY)
    return str(Markup('<h2 class="quiet">Earlier</h2><div class="strip">{}</div>').format(Markup("").join(shown)))


def _tile(run: Run, image: RunImage, served: Served) -> Markup | None:
    try:
        small, whole = served.thumbnail(image.sha256), served.copy(image)
    except NotFound:  # Deleted from the data folder by hand: the run is known, its picture is gone.
        return None
    return Markup(
        '<figure class="tile"><button type="button" class="picture" data-open="{whole}" data-name="{name}" '
        'aria-label="Look at it in full size"><img src="{small}" alt="{alt}" loading="lazy"></button>'
        '<figcaption class="facts">{line}</figcaption></figure>'
    ).format(
        whole=url(whole),
        name=whole.name,
        small=url(small),
        alt=run.request.prompt[:300],
        line=facts(image, run.cost_kind, run),
    )
