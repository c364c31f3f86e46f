"""What some pictures need beside the model: what enlarges them, where finished tiles are kept, who finds faces."""

from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image

from backend.adapters.local.control.sighting import Sighting
from backend.adapters.local.scenes.kept_tiles import KeptTiles

Enlarge = Callable[[Image.Image, tuple[int, int], str], Image.Image]
"""Enlarges a picture (RGB) to a size (width, height, in pixels) by an upscaler's name."""

Find = Callable[[Image.Image], tuple[Sighting, ...]]
"""Finds faces and hands in a picture (RGB)."""


def by_lanczos(image: Image.Image, size: tuple[int, int], _: str) -> Image.Image:
    """Enlarge a picture (RGB) by the filter, whatever the upscaler."""
    return image.resize(size, Image.Resampling.LANCZOS)


def nobody(_: Image.Image) -> tuple[Sighting, ...]:
    """Find nobody in any picture."""
    return ()


@dataclass(frozen=True, slots=True)
class Means:
    """`model` is what no other model has: tiles of one aren't another's.

    `held` says whether there is a ControlNet that knows tiles.
    """

    enlarge: Enlarge = by_lanczos
    kept: KeptTiles = field(default_factory=KeptTiles)
    model: str = ""
    held: bool = True
    find: Find = nobody
