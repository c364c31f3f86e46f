"""Pictures and masks brought to a size in A1111's ways, in pixels.

What the ways are, its `modules/images.py`, `modules/masking.py` and `modules/processing.py` (1.10) say.
"""

from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from backend.images.masks import as_mask
from backend.images.sizing import resized
from ui.endpoints.sdapi.asking.blur import blurred

STRETCH, CROP, FILL, LATENT = range(4)
"""`resize_mode`: just resize, crop and resize, resize and fill, just resize (latent upscale)."""
RESIZE_NAMES = {
    "just resize": STRETCH,
    "scale to fit (inner fit)": CROP,
    "crop and resize": CROP,
    "inner fit (scale to fit)": CROP,
    "resize and fill": FILL,
    "envelope (outer fit)": FILL,
    "outer fit (shrink to fit)": FILL,
}
"""A ControlNet unit's words for the same, of several versions of the extension (`scripts/enums.py`)."""
MOST_FILLED = 2**22
"""Pixels of which colours are drawn out into what is marked; a larger picture is made so small for that."""
_BLURS = ((256, 1), (64, 1), (16, 2), (4, 4), (2, 2), (0, 1))
"""Radius in pixels, and how often the blur is laid on: the wide ones first, so that near colours cover far ones."""


def brought(image: Image.Image, size: tuple[int, int], mode: int) -> Image.Image:
    """Return a picture (RGB or L) at `size` (width, height): stretched, its edges cut, or its edges drawn out."""
    if image.size == size:
        return image
    if mode == FILL:
        return _filled_up(image, size)
    return resized(image, size, "crop" if mode == CROP else "stretch")


def prepared_mask(mask: Image.Image, size: tuple[int, int], *, invert: bool, blur: tuple[int, int]) -> Image.Image:
    """Return a mask (mode L, `size`; white is drawn anew) inverted and blurred, by standard deviations in pixels."""
    grey = as_mask(mask, size)
    if invert:
        grey = grey.point(lambda value: 255 - value)
    return blurred(grey, blur)


def without_marked(image: Image.Image, mask: Image.Image) -> Image.Image:
    """Return a picture (RGB) whose marked part is filled with the colours around it; the rest stays to the pixel."""
    whole, share = image.convert("RGB"), (MOST_FILLED / (image.width * image.height)) ** 0.5
    if share >= 1:
        return _filled(whole, mask)
    small = (max(1, int(image.width * share)), max(1, int(image.height * share)))
    filled = _filled(whole.resize(small, Image.Resampling.BOX), mask.resize(small, Image.Resampling.BOX))
    return Image.composite(filled.resize(image.size, Image.Resampling.BILINEAR), whole, mask)


def _filled(image: Image.Image, mask: Image.Image) -> Image.Image:
    kept = Image.new("RGBa", image.size)
    kept.paste(image.convert("RGBA").convert("RGBa"), mask=mask.point(lambda value: 255 - value))
    filled = Image.new("RGBA", image.size)
    for radius, times in _BLURS:
        blur = kept.filter(ImageFilter.GaussianBlur(radius)).convert("RGBA")
        for _ in range(times):
            filled.alpha_composite(blur)
    return filled.convert("RGB")


def _filled_up(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Fit the whole picture inside and draw its outermost pixels out to the edges."""
    scale = min(size[0] / image.width, size[1] / image.height)
    inner = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    small = np.asarray(image.resize(inner, Image.Resampling.LANCZOS))
    free = (size[1] - inner[1], size[0] - inner[0])
    around: list[Any] = [(space // 2, space - space // 2) for space in free]
    return Image.fromarray(np.pad(small, [*around, (0, 0)][: small.ndim], mode="edge"))
