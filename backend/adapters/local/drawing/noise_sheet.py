"""The noise of one whole picture, of which each of its tiles is given its own part: so neighbours draw the same."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

LATENT = 8
"""Pixels of a latent's side (the VAE's factor)."""
_STRIDE = 1_000_003
"""Between the seeds of a picture's own noise and of what its sampler adds in each step; a prime."""
Vary = Callable[["Tensor"], "Tensor"]


class NoiseSheet:
    """Noise for a picture of `size` (width, height, in pixels, multiples of 8) by one seed; drawn when first needed."""

    def __init__(self, size: tuple[int, int], seed: int) -> None:
        self.size, self.seed = size, seed
        self._whole: Tensor | None = None

    def at(self, corner: tuple[int, int], like: tuple[int, ...], vary: Vary) -> "Tensor":
        """Return the part at `corner` (left, top, in pixels) as fp32 of the shape `like` (1, channels, height, width).

        `vary` is given the whole noise, once.
        """
        if self._whole is None:
            self._whole = vary(self._drawn(self.seed, like[1]))
        return _cut(self._whole, corner, like)

    def added(self, corner: tuple[int, int], like: tuple[int, ...], number: int) -> "Tensor":
        """Return the part at `corner` of what a sampler adds as its `number`th noise (from 1), which isn't kept."""
        return _cut(self._drawn(self.seed + number * _STRIDE, like[1]), corner, like)

    def _drawn(self, seed: int, channels: int) -> "Tensor":
        import torch

        width, height = self.size
        generator = torch.Generator("cpu").manual_seed(seed % 2**63)
        shape = (1, channels, height // LATENT, width // LATENT)
        return torch.randn(shape, generator=generator, dtype=torch.float32)


@dataclass(frozen=True, slots=True)
class NoiseCut:
    """Where a tile lies on a sheet: its left and upper edge, in pixels."""

    sheet: NoiseSheet
    corner: tuple[int, int]

    def first(self, like: tuple[int, ...], vary: Vary) -> "Tensor":
        """Return what the tile begins from, of the shape `like`."""
        return self.sheet.at(self.corner, like, vary)


def _cut(whole: "Tensor", corner: tuple[int, int], like: tuple[int, ...]) -> "Tensor":
    left, top = (edge // LATENT for edge in corner)
    return whole[:, :, top : top + like[2], left : left + like[3]].clone()
