"""Control pictures: what a ControlNet follows, made from an image."""

from PIL import Image

from backend.canny import edges
from backend.errors import Problem, Unsupported
from backend.request_parts import Preprocess

LACKING: dict[Preprocess, str] = {
    "depth": "The local engine finds no depth yet: give a depth map of your own and choose `none`.",
    "pose": "The local engine finds no poses yet: give a pose picture of your own and choose `none`.",
}


def detect(preprocess: Preprocess, image: Image.Image) -> Image.Image:
    """Return the control picture (RGB, the same size) of an image; raise `Unsupported` where it can't be made."""
    if preprocess == "none":
        return image
    if preprocess == "canny":
        return edges(image)
    raise Unsupported([Problem("preprocess", LACKING[preprocess])])
