"""An artist who draws nothing until he may: what a provider has in hand stays there as long as a test looks at it."""

import threading

from PIL import Image

from backend.domain.requests import Request
from backend.images.storage.files import ImageFiles
from backend.simulator.artist import FlatArtist


class HeldArtist(FlatArtist):
    """Draws nothing until it may."""

    def __init__(self, files: ImageFiles) -> None:
        super().__init__(files)
        self.may_draw = threading.Event()

    def draw(self, request: Request) -> Image.Image:
        """Return the colour, once it may."""
        assert self.may_draw.wait(180)
        return super().draw(request)
