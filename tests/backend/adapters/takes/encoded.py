"""What a run told, as values that compare equal where the images are the same."""

from typing import Any

from PIL import Image

from backend.adapters.job import Told
from backend.domain.events import Generated
from backend.domain.requests import Request
from backend.images.encoding import encode


def told(event: Told, request: Request) -> Any:
    """Return an event; an image as the file that the recorder makes of it."""
    if not isinstance(event, Generated):
        return type(event).__name__
    image = event.image
    if isinstance(image, Image.Image):
        image = encode(image, request.output_format, request.output_quality)
    return event.index, image, event.seed, event.cost_usd, event.flagged
