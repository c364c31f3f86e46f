"""A small change of the seed: its noise, moved a part of the way towards another seed's."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def varied(noise: "Tensor", seed: int | None, strength: float) -> "Tensor":
    """Return the noise, moved by `strength` (0 to 1) towards that of `seed`; None leaves it as it is.

    At 1 it is the other seed's noise. In between it goes along the great circle, not the straight line: so it stays as
    strong as noise has to be, and the image as rich in contrast.
    """
    import torch

    if seed is None or not strength:
        return noise
    generator = torch.Generator("cpu").manual_seed(seed)
    other = torch.randn(noise.shape, generator=generator, dtype=torch.float32).to(noise.device)
    if torch.equal(noise, other):
        return noise
    cosine = (noise * other).sum() / (noise.norm() * other.norm())
    angle = torch.acos(cosine.clamp(-1, 1))
    return (torch.sin((1 - strength) * angle) * noise + torch.sin(strength * angle) * other) / torch.sin(angle)
