"""A request's pictures as parts of a form: the image, and the mask whose transparent part is painted anew."""

import base64
import io
from collections.abc import Mapping

from PIL import Image, ImageChops

from backend.domain.capabilities import Size
from backend.domain.requests import Request
from backend.images.compositing import Brought, Maker, brought, drawn_size
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles

DEFAULT_SIZE = Size(1024, 1024)

Parts = Mapping[str, bytes]
"""PNG files by the name of their part of the form."""


def maker_of(label: str) -> Maker:
    """Return who draws, by the server's name."""
    return Maker(label, (DEFAULT_SIZE.width, DEFAULT_SIZE.height))


def size_of(request: Request, files: ImageFiles, label: str) -> tuple[int, int]:
    """Return the width and height in pixels to ask for; raise `Unsupported` where none such is drawn."""
    return drawn_size(request, files, maker_of(label))


def prepare(request: Request, files: ImageFiles, label: str) -> Brought:
    """Read and bring to size what a request shows; raise `Unsupported` or `BadImage` with the way out."""
    return brought(request, files, maker_of(label))


def parts_of(pictures: Brought) -> Parts:
    """Return the parts that go with a request, none for one of words alone."""
    if pictures.start is None:
        return {}
    image = {"image": encode(pictures.start, "png")}
    return image if pictures.mask is None else {**image, "mask": see_through(pictures.start, pictures.mask)}


def see_through(image: Image.Image, mask: Image.Image) -> bytes:
    """Return the image (RGB) as a PNG that is transparent where the mask (mode L, its size) is white."""
    whole = image.convert("RGBA")
    whole.putalpha(ImageChops.invert(mask))
    buffer = io.BytesIO()
    whole.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def data_uri(png: bytes) -> str:
    """Return a PNG file as a data URI."""
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"
