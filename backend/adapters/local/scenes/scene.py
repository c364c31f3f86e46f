"""What a mode is made of, and what it gives to the backend."""

from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image

from backend.adapters.local.drawing.drawing import Draw
from backend.adapters.local.scenes.frame import Frame
from backend.adapters.local.scenes.guides import Guides
from backend.adapters.local.scenes.means import Means
from backend.images.storage.files import ImageFiles

Scene = Callable[[int, Draw], Image.Image]
"""Makes the image of one seed, drawing as often as it needs."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the images lie, what the model draws well, and the request's control pictures."""

    files: ImageFiles
    frame: Frame
    guides: Guides
    means: Means = field(default_factory=Means)
