"""What the engine is asked to draw, as values; no torch."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from backend.adapters.local.drawing.noise_sheet import NoiseCut
from backend.domain.events import DRAWING
from backend.domain.parts import Target
from backend.domain.requests import Request

OnStep = Callable[[int, int, bytes | None], None]
"""Called after each step with its number (from 1), the number of all, and a small JPEG; raises to stop the drawing."""


def as_it_is(on_step: OnStep) -> OnStep:
    """Return the steps of a drawing that is all of its image."""
    return on_step


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """A control picture (RGB, the drawing's size), its weight, and the part of the steps (0 to 1) in which it acts."""

    picture: Image.Image
    scale: float
    start: float = 0.0
    end: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One image to draw.

    `size` is width and height in pixels, multiples of 16. `start` (RGB) is what to begin from, as far as `strength`
    (above 0, up to 1) leaves it; `mask` (L) is white where it may change. Both have the drawing's size. `noise` is
    given to a tile of a larger picture. `among` says its steps as those of all the drawings of an image, and `doing`
    which of them it is. `target` is what was found there, where it is drawn again.
    """

    request: Request
    seed: int
    size: tuple[int, int]
    start: Image.Image | None = None
    strength: float = 1.0
    mask: Image.Image | None = None
    guides: tuple[Guide, ...] = ()
    noise: NoiseCut | None = None
    among: Callable[[OnStep], OnStep] = as_it_is
    doing: str = DRAWING
    target: Target | None = None

    @property
    def guidance(self) -> float:
        """Return diffusers' guidance: its formula is pos + g·(pos - neg), so the conventional 1 is its 0, off."""
        return max(self.request.guidance - 1, 0.0)


Draw = Callable[[Drawing], Image.Image]
"""Draws one image (RGB, the drawing's size)."""
