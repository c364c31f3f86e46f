"""What "Keep the picture's size" comes to on the chosen backend, and a picture too large, said before the run."""

from markupsafe import Markup

from backend.adapters.base import Backend
from backend.domain.parts import LEAST_SIDE, MOST_SIDE
from backend.domain.requests import ControlNet, ImageToImage, Request, TextToImage, Upscale
from backend.images.incoming import sides_of
from backend.images.small_copy import reduced_size
from backend.images.storage.files import ImageFiles

_SAME_SHAPE = 0.03
"""Up to this part, another shape comes of rounding the sides."""


def size_note(backend: Backend, request: Request, files: ImageFiles) -> str:
    """Say which size the result will have and why, where it isn't the picture's own; else nothing."""
    if not isinstance(request, ImageToImage | ControlNet) or request.width:
        return ""
    made = backend.kept_size(request)
    own = sides_of(files, request.image)
    if made is None or made == own:
        return ""
    shape = (made[0] / made[1]) / (own[0] / own[1])
    kept = "Its shape can't be kept." if abs(shape - 1) > _SAME_SHAPE else "Nothing of it is cut off."
    return (
        f"The picture is {own[0]}×{own[1]}; the result will be {made[0]}×{made[1]}: {backend.label} draws sides of "
        f"{LEAST_SIDE} to {MOST_SIDE} in multiples of 16. {kept}"
    )


REDUCE = "reduce"
"""The id of the button that takes a reduced copy of the picture."""
_LARGE = Markup(
    '<p class="hint">The picture is {wide}×{high}; at most {most} a side are drawn over. '
    '<button type="button" class="small press" id="{id}">Take a copy of {to_wide}×{to_high}</button></p>'
)

_LARGE_NOTE = (
    "The picture is {wide}×{high}; at most {most} a side are drawn over: send a copy of {to_wide}×{to_high}, and make "
    "the result larger by `upscale`."
)


def large_html(request: Request, files: ImageFiles) -> Markup:
    """Return what is said of a picture above the largest side that is drawn, with the press that leads on."""
    sizes = _reduced(request, files)
    return _LARGE.format(**sizes, id=REDUCE) if sizes else Markup("")


def large_note(request: Request, files: ImageFiles) -> str:
    """Return the same for who has no such press, or nothing."""
    sizes = _reduced(request, files)
    return _LARGE_NOTE.format(**sizes) if sizes else ""


def _reduced(request: Request, files: ImageFiles) -> dict[str, int]:
    """Return the sizes (pixels) of a picture that is too large to be drawn over, and of its copy; else nothing."""
    if isinstance(request, TextToImage | Upscale):
        return {}
    own = sides_of(files, request.image)
    if max(own) <= MOST_SIDE:
        return {}
    wide, high = reduced_size(own, MOST_SIDE)
    return {"wide": own[0], "high": own[1], "most": MOST_SIDE, "to_wide": wide, "to_high": high}
