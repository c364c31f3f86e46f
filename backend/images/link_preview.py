"""A picture as messengers show it beside a link: one JPEG of a size that all of them take."""

import io
from pathlib import Path

from PIL import Image

from backend.images.incoming import opened, upright
from backend.images.metadata.source_type import marked
from backend.images.small_copy import reduced_size, term_in

LARGEST, SMALLEST = 1200, 600
"""Pixels of the longer side: 1200 is what messengers' guides commonly name, and smaller results are enlarged to 600,
since several show what is smaller as a stamp beside the text, or not at all. A choice, not measured at any of them."""
MOST_BYTES = 280_000
"""Some messengers are said to leave out images above 300 kB; none of them was asked."""
_QUALITIES = (85, 70, 50, 30, 10)


def preview_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return width and height (pixels) of the preview of a picture of this size."""
    longest = max(size)
    return reduced_size(size, min(max(longest, SMALLEST), LARGEST))


def link_preview(path: Path) -> bytes:
    """Return the preview of a picture of the data folder, which says of its origin what the file says.

    Raises as `opened`.
    """
    with opened(path) as picture:
        term, image = term_in(picture), upright(picture)
    small = image.resize(preview_size(image.size), Image.Resampling.LANCZOS)
    return marked(_jpeg(small), "jpeg", term)


def _jpeg(image: Image.Image) -> bytes:
    """Return the best JPEG that isn't too large."""
    for quality in _QUALITIES:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, optimize=True)
        if buffer.tell() <= MOST_BYTES:
            break
    return buffer.getvalue()
