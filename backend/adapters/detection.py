"""Who makes control pictures on this machine, as every backend may see it."""

from typing import Protocol

from PIL import Image

from backend.domain.errors import Problem, Unsupported
from backend.domain.events import Tell, unheard
from backend.domain.parts import Control, Preprocess
from backend.images.edges import edges


class Detectors(Protocol):
    """Makes control pictures at no cost."""

    def ready(self, preprocess: Preprocess) -> bool:
        """Whether such a control picture can be made here now."""

    def detect(self, control: Control, image: Image.Image, *, tell: Tell = unheard) -> Image.Image:
        """Return what a control makes of an image (RGB, the same size); raise `Unsupported` where it can't be made.

        `tell` hears what goes on, and may raise to leave.
        """


class EdgesAlone:
    """Makes what needs no weights: edges, and the image as it is."""

    def ready(self, preprocess: Preprocess) -> bool:
        """Whether no weights are needed."""
        return preprocess in ("canny", "none")

    def detect(self, control: Control, image: Image.Image, *, tell: Tell = unheard) -> Image.Image:
        """Return edges (RGB, the image's size), or the image; raise `Unsupported` for anything else."""
        kind = control.preprocess
        if not self.ready(kind):
            raise Unsupported([Problem("preprocess", f"is {kind}, which needs a detector of this machine.")])
        return edges(image, control.thresholds) if kind == "canny" else image
