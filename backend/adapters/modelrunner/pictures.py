"""The control image on its way to ModelRunner."""

from PIL import Image

from backend.adapters.detection import EdgesAlone
from backend.domain.errors import Problem, Unsupported
from backend.domain.parts import Control
from backend.domain.requests import ControlNet
from backend.images.encoding import encode
from backend.images.incoming import open_upright, sides_of
from backend.images.sizing import drawable, resized
from backend.images.storage.files import ImageFiles


def control_png(request: ControlNet, files: ImageFiles) -> bytes:
    """Return the control image as ModelRunner gets it: upright, opaque, without metadata, in sides that can be drawn.

    Lossless, since an edge map suffers from JPEG.
    """
    image = open_upright(files.path(request.image))
    return encode(resized(image, drawable(image.size), "stretch"), "png")


def size_of(request: ControlNet, files: ImageFiles) -> tuple[int, int]:
    """Return the width and height in pixels that the result will have, as far as can be known."""
    if request.width and request.height:
        return request.width, request.height
    return drawable(sides_of(files, request.image))


def control_picture(control: Control, files: ImageFiles) -> Image.Image:
    """Return the map of a control (RGB) where it can be made here; raise `Unsupported` where only the run makes it."""
    plain = EdgesAlone()
    if not plain.ready(control.preprocess):
        message = f"is {control.preprocess!r}; ModelRunner makes that map within the paid run and doesn't show it."
        raise Unsupported([Problem("preprocess", message)])
    return plain.detect(control, open_upright(files.path(control.image)))
