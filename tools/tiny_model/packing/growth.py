"""Weights of a smaller model as the beginning of a larger one that does the same."""

import re

import torch
from torch import Tensor

from tools.tiny_model.networks.latents import GROUPS
from tools.tiny_model.networks.models import LAYERS, WIDTH

UNLIKE = 0.02  # noise on doubled weights, in parts of their deviation, so that twins learn different things


def deepened(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """A transformer's weights with as many layers as it has now; the added ones repeat the last with closed gates."""
    had = 1 + max(int(found[1]) for name in weights if (found := re.match(r"layers\.(\d+)\.", name)))
    deep = dict(weights)
    for layer in range(had, LAYERS):
        for name, weight in weights.items():
            if name.startswith(f"layers.{had - 1}."):
                deep[name.replace(f"layers.{had - 1}.", f"layers.{layer}.", 1)] = weight.clone()
        for kind in ("weight", "bias"):
            modulation = deep[f"layers.{layer}.adaLN_modulation.0.{kind}"]
            for gate in (1, 3):
                modulation[gate * WIDTH : (gate + 1) * WIDTH] = 0
    return deep


def widened(weights: dict[str, Tensor], *, before: tuple[int, ...], after: tuple[int, ...]) -> dict[str, Tensor]:
    """A decoder's weights with more channels, which repeat those of their group; `before` and `after` by level.

    Where a level's channels are a whole multiple of what they were, the group norms see the same and so the decoder
    does the same (Net2Net: Chen, Goodfellow, Shlens 2015).
    """
    sizes, generator = dict(zip(before, after, strict=True)), torch.Generator().manual_seed(0)
    wide = {}
    for name, weight in weights.items():
        grown = weight[_sources(len(weight), sizes)]
        if weight.dim() == 4 and name != "conv_in.weight":  # Latents have no levels.
            sources = _sources(weight.shape[1], sizes)
            copies = torch.bincount(sources, minlength=weight.shape[1])[sources]
            grown = grown[:, sources] / copies[None, :, None, None]
        if weight.dim() == 4 and grown.shape != weight.shape:
            grown = grown + torch.randn(grown.shape, generator=generator) * UNLIKE * grown.std()
        wide[name] = grown
    return wide


def _sources(channels: int, sizes: dict[int, int]) -> Tensor:
    """From which channel each channel of a grown level comes."""
    had, has = channels // GROUPS, sizes.get(channels, channels) // GROUPS
    if had == has:
        return torch.arange(channels)
    return torch.tensor([group * had + at % had for group in range(GROUPS) for at in range(has)])
