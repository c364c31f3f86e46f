"""A request's images on their way to Runware."""

import base64

from PIL import Image

from backend.domain.providers import RUNWARE
from backend.domain.requests import Request
from backend.images.compositing import Brought, Maker, brought, drawn_size
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles

MOST_INLINE = 6 * 2**20
"""Bytes of one PNG that still goes inside the request; the service publishes no cap, others report trouble at 10 MB."""

DEFAULT_SIZE = (1024, 1024)
MAKER = Maker(RUNWARE.label, DEFAULT_SIZE)
TAKES = frozenset(
    {
        "image",
        "mask",
        "width",
        "height",
        "resize",
        "mask_grow",
        "mask_feather",
        "left",
        "right",
        "top",
        "bottom",
        "overlap",
        "feather",
    }
)
"""The fields that decide over what is sent as a picture, and over what its result becomes."""


def size_of(request: Request, files: ImageFiles) -> tuple[int, int]:
    """Return the width and height in pixels that Runware is asked for; raise `Unsupported` where it draws none such."""
    return drawn_size(request, files, MAKER)


def prepare(request: Request, files: ImageFiles) -> Brought:
    """Read and bring to size what a request shows; raise `Unsupported` or `BadImage` with the way out."""
    return brought(request, files, MAKER)


def data_uri(image: Image.Image) -> str:
    """Return the image as a data URI: PNG while it is small, else WebP of quality 95."""
    content, kind = encode(image, "png"), "png"
    if len(content) > MOST_INLINE:
        content, kind = encode(image, "webp", 95), "webp"
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
