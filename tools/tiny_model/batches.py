"""Batches of drawings, captions and noise; batch number `step` of a process is always the same."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tools.tiny_model.drawing import draw
from tools.tiny_model.latents import Projection, edges
from tools.tiny_model.tokenizer import rows

CAPTION_TOKENS = 32
HELD_BACK = 1_000_000_000  # examples from this number on are for validation
SHIFT = 3.0
TOWARDS_NOISE = 0.65  # power of the even draw of times: a picture is decided at the noisy end
BATCH = 32  # pictures of 128 x 128 in one process; fewer of a larger size
GUIDED = 1 / 16  # the share with a guide

EARLY: dict[tuple[int, int], float] = {(128, 128): 0.94, (192, 128): 0.03, (128, 192): 0.03}
LATE: dict[tuple[int, int], float] = {(128, 128): 0.84, (192, 128): 0.08, (128, 192): 0.08}
LATE_FROM = 84_000  # samples


@dataclass(frozen=True, slots=True)
class Batch:
    """One step's data; the first pictures have guides."""

    clean: Tensor  # latents
    guides: Tensor  # latents
    ids: Tensor  # (batch, tokens)
    padding: Tensor  # the same shape, true where there is no token
    sigma: Tensor  # (batch,)
    noise: Tensor  # like clean


def pick_size(step: int, *, samples: int) -> tuple[int, int]:
    """The width and height of a step's pictures, in pixels, after that many samples."""
    shares = EARLY if samples < LATE_FROM else LATE
    return list(shares)[int(np.random.default_rng([step, 1]).choice(len(shares), p=list(shares.values())))]


def frame(captions: list[str]) -> tuple[Tensor, Tensor]:
    """Rows of the embedding for each caption, filled up to equal length, and what is filling."""
    ids = torch.zeros(len(captions), CAPTION_TOKENS, dtype=torch.long)
    padding = torch.ones(ids.shape, dtype=torch.bool)
    for number, caption in enumerate(captions):
        tokens = rows(caption)
        ids[number, : len(tokens)] = torch.tensor(tokens)
        padding[number, : len(tokens)] = False
    return ids, padding


def make_batch(
    projection: Projection,
    *,
    number: int,
    size: tuple[int, int],
    batch: int = BATCH,
    first: int = 0,
    late: bool = False,
) -> Batch:
    """Make batch `number` of a size: `batch` pictures of 128 x 128 or as much of another size, from `first` on."""
    width, height = size
    total = max(2, round(batch * 128 * 128 / (width * height)))
    guided = max(1, round(total * GUIDED))
    start = first + number * BATCH
    examples = [draw(start + at, width=width, height=height, loose=at < guided, late=late) for at in range(total)]
    rng = np.random.default_rng([number, first, 2])
    ids, padding = frame([example.captions[int(rng.integers(len(example.captions)))] for example in examples])
    clean = torch.from_numpy(projection.encode(np.stack([example.pixels for example in examples])))
    guides = torch.from_numpy(projection.encode(np.stack([edges(example.pixels) for example in examples[:guided]])))
    generator = torch.Generator().manual_seed(number * 2 + (first > 0))
    even = (torch.randperm(total, generator=generator) + torch.rand(total, generator=generator)) / total
    even = even**TOWARDS_NOISE
    sigma = SHIFT * even / (1 + (SHIFT - 1) * even)
    noise = torch.randn(clean.shape, generator=generator)
    return Batch(clean.contiguous(), guides.contiguous(), ids, padding, sigma, noise)
