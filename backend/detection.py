"""Who makes control pictures on this machine, as every backend may see it."""

from collections.abc import Mapping
from typing import Protocol

from PIL import Image

from backend.canny import edges
from backend.errors import Problem, Unsupported
from backend.request_parts import Preprocess


class Detectors(Protocol):
    """Makes control pictures at no cost."""

    def lacking(self) -> Mapping[Preprocess, str]:
        """Name what can't be made here now, with the way out."""

    def detect(self, preprocess: Preprocess, image: Image.Image) -> Image.Image:
        """Return the control picture (RGB, the same size) of an image; raise `Unsupported` where it can't be made."""


class EdgesAlone:
    """Makes what needs no weights: edges, and the image as it is."""

    def lacking(self) -> Mapping[Preprocess, str]:
        """Name depth and poses, whose detectors have weights."""
        return {"depth": "needs a depth detector.", "pose": "needs a pose detector."}

    def detect(self, preprocess: Preprocess, image: Image.Image) -> Image.Image:
        """Return edges, or the image; raise `Unsupported` for anything else."""
        lacking = self.lacking()
        if preprocess in lacking:
            raise Unsupported([Problem("preprocess", lacking[preprocess])])
        return edges(image) if preprocess == "canny" else image
