"""Before and after: the picture that a result was made of under the result, with a slider between them."""

from markupsafe import Markup

from backend.domain.errors import NotFound, PlaygroundError
from backend.domain.records import Run, RunImage
from backend.domain.requests import Request, TextToImage
from backend.images.incoming import sides_of
from ui.events.page_events import news
from ui.look import words
from ui.runs.sheets.sheet import refused_html
from ui.serving.served import Served, url

BEFORE = Markup(
    '<button type="button" class="small" data-act="before" title="The picture that it was made of, under a slider">'
    "Before/after</button>"
)
"""The button of a result that was made of a picture."""
_HEAD = "Before and after"
_SHEET = Markup(
    '<div class="before-after" data-turn="{turn}"><h2>{head}</h2>'
    '<div class="over slider" style="--shape:{wide} / {high}"><img src="{before}" alt="Before"><img src="{after}" '
    'alt="After"></div><input type="range" min="0" max="100" value="50" data-cut autofocus '
    'aria-label="Where the result begins"><p>Left of the slider {was} as it was, right of it {wide} × {high}.</p>'
    '<div class="result-link-row end"><button type="button" data-close>Close</button></div></div>'
)


def before_button(request: Request) -> Markup:
    """Return the button, for a result of a picture; nothing for one of words alone."""
    return Markup("") if isinstance(request, TextToImage) else BEFORE


def before_after_html(served: Served, run: Run, image: RunImage, visitor: str) -> str:
    """Return the sheet for a result, or why there is none; each time another value, so that it is seen."""
    try:
        return str(_sheet(served, run.request, image, visitor))
    except PlaygroundError as error:
        return refused_html(_HEAD, words.sentence(error))


def _sheet(served: Served, request: Request, image: RunImage, visitor: str) -> Markup:
    if isinstance(request, TextToImage):
        raise NotFound("This result was made of words alone: there is no picture before it.")
    wide, high = sides_of(served.files, request.image)
    return _SHEET.format(
        turn=news(),
        head=_HEAD,
        wide=image.width,
        high=image.height,
        was=f"{wide} × {high}",
        before=url(served.copy_of(request.image, visitor)),
        after=url(served.copy(image, visitor)),
    )
