"""What a mode is made of, and what it gives to the backend."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from backend.local.drawing import Draw
from backend.local.scenes.frame import Frame
from backend.local.scenes.guides import Guides
from backend.runs.files import ImageFiles

Scene = Callable[[int, Draw], Image.Image]
"""Makes the image of one seed, drawing as often as it needs."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the images lie, what the model draws well, and the request's control pictures."""

    files: ImageFiles
    frame: Frame
    guides: Guides
