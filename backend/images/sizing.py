"""Sizes that a model takes, and images brought to them."""

from typing import Literal

from PIL import Image, ImageOps

from backend.domain.parts import LEAST_SIDE, MOST_SIDE
from backend.images.incoming import MULTIPLE

Resize = Literal["crop", "fit", "stretch"]


def drawable(size: tuple[int, int], *, most: int = MOST_SIDE) -> tuple[int, int]:
    """Return the nearest size of about the same shape whose sides are multiples of 16 from 128 to `most` pixels."""
    scale = min(1.0, most / max(size))
    scale = max(scale, LEAST_SIDE / min(size))
    width, height = (round(side * scale / MULTIPLE) * MULTIPLE for side in size)
    return min(max(width, LEAST_SIDE), most), min(max(height, LEAST_SIDE), most)


def resized(image: Image.Image, size: tuple[int, int], how: Resize) -> Image.Image:
    """Bring an RGB image to `size` (width, height): cut its edges, add grey borders, or distort it."""
    if image.size == size:
        return image
    if how == "crop":
        return ImageOps.fit(image, size, Image.Resampling.LANCZOS)
    if how == "fit":
        return ImageOps.pad(image, size, Image.Resampling.LANCZOS, color=(128, 128, 128))
    return image.resize(size, Image.Resampling.LANCZOS)


def padded(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Enlarge an image to `size` to the right and downwards by repeating its last pixels."""
    extra = (size[0] - image.width, size[1] - image.height)
    if extra == (0, 0):
        return image
    canvas = Image.new(image.mode, size)
    canvas.paste(image, (0, 0))
    last = image.crop((image.width - 1, 0, image.width, image.height))
    canvas.paste(last.resize((max(extra[0], 1), image.height)), (image.width, 0))
    last = canvas.crop((0, image.height - 1, size[0], image.height))
    canvas.paste(last.resize((size[0], max(extra[1], 1))), (0, image.height))
    return canvas
