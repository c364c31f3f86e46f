"""A provider's image as it comes: decoded where it lies in the answer, and whole; else it is said whose it is."""

import base64
import binascii
import io

from PIL import Image

from backend.domain.errors import BadImage, BadReply
from backend.images.compositing import Finish
from backend.images.incoming import check_whole


def decoded(label: str, text: str) -> bytes:
    """Return the bytes of an image that lies in an answer, base64 or a `data:` address; raise `BadReply` else."""
    try:
        return base64.b64decode(text.rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadReply(f"{label} sent an image that can't be read; it may still be billed.") from error


def finished(label: str, content: bytes, finish: Finish | None = None) -> Image.Image | bytes:
    """Return an image's file as it is, or what `finish` makes of the image (RGB).

    Raises `BadReply` where it is no whole PNG, JPEG or WebP.
    """
    try:
        check_whole(content)
        if finish is None:
            return content
        with Image.open(io.BytesIO(content)) as picture:
            return finish(picture.convert("RGB"))
    except (BadImage, OSError, SyntaxError, ValueError) as error:
        message = f"{label} sent a file that is no whole PNG, JPEG or WebP image; recover the run."
        raise BadReply(message) from error
