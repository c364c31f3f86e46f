"""A picture in tiles that was stopped, or failed: the button that goes on with it, and what that asks for."""

from markupsafe import Markup

from backend.domain.capabilities import Estimate
from backend.domain.records import Run
from backend.domain.requests import Request, TextToImage, Upscale, undrawn
from ui.look import words

_BUTTON = Markup(
    '<p class="stopped" data-run="{run}">The tiles that were drawn are kept for a day. <button type="button" '
    'class="small" data-act="vary" data-starts="go_on" title="The same seed and settings; what is done is not '
    'drawn again">Go on</button>{price}</p>'
)
_PRICE = Markup(" <span>{}</span>")


def goes_on(request: Request) -> bool:
    """Return whether the tiles of a request's picture are kept where it is stopped; those of variations aren't."""
    if isinstance(request, TextToImage):
        tiled = request.has_second_pass
    else:
        tiled = isinstance(request, Upscale) and not undrawn(request)
    return tiled and not request.variation_strength


def rest_of(run: Run) -> Request:
    """Return the request of what a run has not made yet: by its own seeds, which its kept tiles are known by."""
    done = len(run.images)
    return run.request.model_copy(update={"seed": run.request.seed + done, "count": run.request.count - done})


def go_on_html(run: Run, estimate: Estimate | None) -> Markup:
    """Return the button that goes on with a run that was stopped or failed, and what all of it may cost; or nothing."""
    if not goes_on(run.request) or len(run.images) == run.request.count:
        return Markup("")
    price = "" if estimate is None or estimate.free else _PRICE.format(words.price(estimate))
    return _BUTTON.format(run=run.id, price=price)
