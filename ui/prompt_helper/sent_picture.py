"""The copy of a visitor's picture that is sent to be described."""

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, Problem
from backend.images.incoming import opened
from backend.images.small_copy import small_copy
from backend.playground import Playground
from backend.prompt_helper.asking import PICTURE_PIXELS
from ui.serving.uploads import Uploads


def sent_picture(playground: Playground, caller: Caller, picture: object, missing: str) -> bytes:
    """Return an uploaded picture as a small JPEG without its metadata.

    Raises `InvalidRequest` with what is `missing` where there is none, and what `Uploads.picture` raises.
    """
    sha256 = Uploads(playground, caller).picture(picture)
    if sha256 is None:
        raise InvalidRequest([Problem("image", missing)])
    with opened(playground.files.path(sha256)) as found:
        return small_copy(found, PICTURE_PIXELS)
