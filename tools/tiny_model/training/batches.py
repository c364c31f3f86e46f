"""Batches of drawings, captions and noise; batch number `step` of a process is always the same."""

from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from tools.tiny_model.networks.latents import Projection, blurred, edges
from tools.tiny_model.pictures.drawing import draw
from tools.tiny_model.world.tokenizer import rows

CAPTION_TOKENS = 32
HELD_BACK = 1_000_000_000  # examples from this number on are for validation
SHIFT = 3.0
TOWARDS_NOISE = 0.65  # power of the even draw of times: a picture is decided at the noisy end
BATCH = 32  # pictures of 128 x 128 in one process; fewer of a larger size
GUIDED = 1 / 12  # the share with a guide, by turns edges and a blurred picture

Size = tuple[int, int]  # width and height in pixels
# Shares of the steps in each phase: a run learns what to draw in small, then the details in large.
SIZES: dict[str, dict[Size, float]] = {
    "small": {(128, 128): 0.84, (192, 128): 0.08, (128, 192): 0.08},
    "large": {
        (256, 256): 0.5, (128, 128): 0.14, (192, 128): 0.05, (128, 192): 0.05, (320, 192): 0.07, (192, 320): 0.07,
        (256, 192): 0.05, (192, 256): 0.05, (384, 256): 0.02,
    },
}  # fmt: skip
NATIVE = tuple(SIZES["large"])


@dataclass(frozen=True, slots=True)
class Batch:
    """One step's data; the first pictures have guides."""

    clean: Tensor  # latents
    guides: Tensor  # latents
    ids: Tensor  # (batch, tokens)
    padding: Tensor  # the same shape, true where there is no token
    sigma: Tensor  # (batch,)
    noise: Tensor  # like clean

    def to(self, device: str) -> "Batch":
        """The same on a device."""
        return Batch(*(getattr(self, field.name).to(device, non_blocking=True) for field in fields(self)))


def pick_size(step: int, *, sizes: str) -> Size:
    """The size of a step's pictures in a phase, one of `SIZES`."""
    shares = SIZES[sizes]
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


def count(size: Size, *, batch: int) -> int:
    """How many pictures of a size a batch of `batch` pictures of 128 x 128 has: fewer large ones."""
    width, height = size
    return max(4, round(batch * (128 * 128 / (width * height)) ** 0.8))


def make_batch(projection: Projection, *, number: int, size: Size, batch: int = BATCH, first: int = 0) -> Batch:
    """Make batch `number` of a size: as many pictures as `count` says, from drawing `first` on."""
    width, height = size
    total = count(size, batch=batch)
    guided = max(1, round(total * GUIDED))
    start = first + number * BATCH
    examples = [draw(start + at, width=width, height=height, loose=at < guided) for at in range(total)]
    rng = np.random.default_rng([number, first, 2])
    ids, padding = frame([example.captions[int(rng.integers(len(example.captions)))] for example in examples])
    clean = torch.from_numpy(projection.encode(np.stack([example.pixels for example in examples])))
    shown = [guide(example.pixels, tile=(number + at) % 2 == 1) for at, example in enumerate(examples[:guided])]
    guides = torch.from_numpy(projection.encode(np.stack(shown)))
    generator = torch.Generator().manual_seed(number * 2 + (first > 0))
    even = (torch.randperm(total, generator=generator) + torch.rand(total, generator=generator)) / total
    even = even**TOWARDS_NOISE
    sigma = SHIFT * even / (1 + (SHIFT - 1) * even)
    noise = torch.randn(clean.shape, generator=generator)
    return Batch(clean.contiguous(), guides.contiguous(), ids, padding, sigma, noise)


def guide(pixels: np.ndarray, *, tile: bool) -> np.ndarray:
    """What steers a picture: its Canny edges, or itself blurred."""
    return blurred(pixels) if tile else edges(pixels)
