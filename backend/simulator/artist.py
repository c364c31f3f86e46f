"""Who draws the simulator's images: a flat colour, or a real backend with the embedded model."""

from typing import Protocol

from PIL import Image, ImageDraw, ImageFont

from backend.adapters.base import Backend
from backend.adapters.fake import draw as draw_colour
from backend.adapters.job import Heard
from backend.domain.caller import Caller
from backend.domain.errors import GenerationFailed
from backend.domain.events import Generated
from backend.domain.parts import Accelerator
from backend.domain.requests import Request
from backend.images.storage.files import ImageFiles

DEFAULT_SIDE = 1024


class Artist(Protocol):
    """Draws the one image of a request whose seed is set."""

    def draw(self, request: Request) -> Image.Image:
        """Return RGB pixels of the size that the request asks for."""
        ...


class FlatArtist:
    """One colour of prompt and seed: fast, and the same request always gives the same pixels."""

    def __init__(self, files: ImageFiles) -> None:
        self.files = files

    def draw(self, request: Request) -> Image.Image:
        """Return the colour, with the simulator's mark."""
        return marked(draw_colour(request, request.seed, size_of(request, self.files)))


class BackendArtist:
    """Lets another backend draw, such as the local one with the embedded model."""

    def __init__(self, backend: Backend, files: ImageFiles) -> None:
        self.backend = backend
        self.files = files

    def draw(self, request: Request) -> Image.Image:
        """Return what the backend draws (RGB, the request's size), with the simulator's mark.

        What only a provider has is left out. Raises `GenerationFailed` where nothing came.
        """
        heard = Heard()
        plain = {"loras": (), "options": {}, "acceleration": "none", "accelerator": Accelerator(), "count": 1}
        self.backend.run(request.model_copy(update=plain), Caller(visitor="simulator"), heard)
        made = [each.image for each in heard.told if isinstance(each, Generated)]
        drawn = [image for image in made if isinstance(image, Image.Image)]
        if not drawn:
            raise GenerationFailed("The simulator's artist drew nothing.")
        return marked(drawn[0])


def size_of(request: Request, files: ImageFiles) -> tuple[int, int]:
    """Return the width and height in pixels of what the request asks for."""
    if request.mode == "outpaint":
        width, height = _size_of_file(files, request.image)
        return width + request.left + request.right, height + request.top + request.bottom
    if request.mode == "upscale":
        width, height = _size_of_file(files, request.image)
        return round(width * request.factor), round(height * request.factor)
    if request.width and request.height:
        return request.width, request.height
    return (DEFAULT_SIDE, DEFAULT_SIDE) if request.mode == "text_to_image" else _size_of_file(files, request.image)


def marked(image: Image.Image) -> Image.Image:
    """Write into the lower left corner that the image (RGB) is simulated."""
    image = image.convert("RGB")
    height = max(image.height // 32, 10)
    font = ImageFont.load_default(height)
    place = (height // 2, image.height - 2 * height)
    ImageDraw.Draw(image).text(place, "simulated", font=font, fill="white", stroke_width=1, stroke_fill="black")
    return image


def _size_of_file(files: ImageFiles, sha256: str) -> tuple[int, int]:
    with Image.open(files.path(sha256)) as picture:
        return picture.size
