"""A small upscaler with weights of chance, as a file: Real-ESRGAN's compact architecture (SRVGGNetCompact)."""

from itertools import pairwise
from pathlib import Path

CONVOLUTIONS, FEATURES = 4, 16


def compact(path: Path, scale: int = 4, seed: int = 0) -> Path:
    """Write a network that enlarges `scale` times, by the names that its author's code gives the tensors.

    A result's pixel depends on at most `CONVOLUTIONS` + 2 pixels each way.
    """
    import torch
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(seed)

    def convolution(inward: int, outward: int) -> torch.Tensor:
        return torch.randn(outward, inward, 3, 3, generator=generator) * (2 / (9 * inward)) ** 0.5

    widths = [3, *[FEATURES] * (CONVOLUTIONS + 1)]
    state = {}
    for at, (inward, outward) in enumerate(pairwise(widths)):
        state[f"body.{2 * at}.weight"] = convolution(inward, outward)
        state[f"body.{2 * at}.bias"] = torch.zeros(outward)
        state[f"body.{2 * at + 1}.weight"] = torch.full((outward,), 0.25)
    last = 2 * len(widths) - 2
    state[f"body.{last}.weight"] = convolution(FEATURES, 3 * scale**2) * 0.1
    state[f"body.{last}.bias"] = torch.zeros(3 * scale**2)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path)
    return path
