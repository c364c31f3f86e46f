"""The mark in pictures and in files."""

import io
import logging
from typing import Any

import numpy as np
from PIL import Image

from backend.domain.errors import BadImage
from backend.images.incoming import check_header, opened
from backend.images.watermark.add import LEAST_SIDE, add
from backend.images.watermark.find import is_marked

log = logging.getLogger(__name__)

_QUALITY = 95
"""Of a JPEG or WebP that a provider made and that is encoded anew: 20 to 99."""


def watermarked(picture: Image.Image) -> Image.Image:
    """Return the picture in RGB with the mark; what is transparent stays so (RGBA). A small one comes back as it is."""
    if min(picture.size) < LEAST_SIDE:
        return picture
    see_through = picture.has_transparency_data
    whole = picture.convert("RGBA" if see_through else "RGB")
    marked = Image.fromarray(add(np.asarray(whole.convert("RGB"))))
    if see_through:
        marked.putalpha(whole.getchannel("A"))
    return marked


def watermarked_file(content: bytes, image_format: str) -> bytes:
    """Return a provider's file encoded anew with the mark, with its EXIF data and an RGB picture's colour profile.

    One whose pixels are too few, or can't be read, comes back as it is: it is paid, and kept all the same.
    """
    try:
        with opened(io.BytesIO(content)) as picture:
            kept = {name: value for name in _kept(picture) if (value := picture.info.get(name))}
            marked = watermarked(picture)
            if marked is picture:
                return content
    except BadImage as error:
        log.warning("A provider's picture is kept without a watermark: %s", error)
        return content
    return _encoded(marked, image_format, kept)


def _kept(picture: Image.Image) -> tuple[str, ...]:
    # A grey or CMYK picture becomes RGB with the mark, and its profile would be read as that of other colours.
    return ("exif", "icc_profile") if picture.mode in ("RGB", "RGBA", "P") else ("exif",)


def _encoded(picture: Image.Image, image_format: str, kept: dict[str, Any]) -> bytes:
    choices: dict[str, dict[str, Any]] = {
        "png": {"compress_level": 1},
        "jpeg": {"quality": _QUALITY, "subsampling": 0},
        "webp": {"quality": _QUALITY, "method": 2},
    }
    buffer = io.BytesIO()
    picture.save(buffer, image_format.upper(), **choices[image_format], **kept)
    return buffer.getvalue()


def carries_watermark(content: bytes) -> bool:
    """Tell whether the pixels of a PNG, JPEG or WebP file carry the mark; of anything else they don't.

    What is too large, or broken, isn't decoded.
    """
    try:
        check_header(content)
        with opened(io.BytesIO(content)) as picture:
            return is_marked(np.asarray(picture.convert("RGB")))
    except BadImage:
        return False
