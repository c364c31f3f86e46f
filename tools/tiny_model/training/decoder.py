"""Training of the VAE's decoder, on crops of drawings whose latents are slightly disturbed."""

import copy
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tools.tiny_model.networks.latents import Projection, build_vae
from tools.tiny_model.pictures.drawing import draw
from tools.tiny_model.training.ahead import steps
from tools.tiny_model.training.muon import Muon
from tools.tiny_model.training.run_folder import RunFolder

CROPS, SIDE = 8, 64  # per step; pixels
FROM_ONE, LOOKED_AT = 2, 4  # crops that are taken of one drawing, the liveliest of so many
RATE, MUON_RATE, WARMUP, DECAY_FROM = 3e-3, 0.02, 30, 0.4  # the decay begins after that part of the steps
DISTURBANCE = 0.25  # largest standard deviation of the noise on latents
CALM = 0.2  # a fresh residual branch's share
AVERAGING = 0.995
EVERY = 50  # steps between two saves


def crops(step: int, *, projection: Projection, count: int = CROPS) -> tuple[Tensor, Tensor]:
    """Pixels (-1 to 1) and normalised latents of a step's `count` crops, the liveliest of some drawings."""
    rng = np.random.default_rng([step, 3])
    chosen: list[np.ndarray] = []
    for at in range(count // FROM_ONE):
        side = 128 if at == 0 else 256
        pixels = draw(step * count + at, width=side, height=side, loose=at % 2 == 0).pixels
        corners = rng.integers(0, (side - SIDE) // 8 + 1, (LOOKED_AT, 2)) * 8
        cut = [pixels[top : top + SIDE, left : left + SIDE] for top, left in corners]
        chosen += sorted(cut, key=lambda crop: -float(crop[::2, ::2].std((0, 1)).sum()))[:FROM_ONE]
    stacked = np.stack(chosen)
    pixels = torch.from_numpy(stacked.astype(np.float32) / 127.5 - 1).permute(0, 3, 1, 2)
    return pixels.contiguous(memory_format=torch.channels_last), torch.from_numpy(projection.encode(stacked))


def difference(drawn: Tensor, wanted: Tensor) -> Tensor:
    """The loss: distance in levels and in slopes, and squared distance."""
    error = drawn - wanted
    slopes = error.diff(dim=2).abs().mean() + error.diff(dim=3).abs().mean()
    return error.abs().mean() + 0.25 * slopes + 0.5 * error.square().mean()


class DecoderTrainer:
    """The decoder being trained, its running average and the step."""

    def __init__(self, projection: Projection, *, count: int = CROPS, workers: int = 0, device: str = "cpu") -> None:
        torch.manual_seed(0)
        self.projection, self.step = projection, 0
        self.count, self.workers, self.device = count, workers, device
        self._ahead: Iterator[tuple[Tensor, Tensor]] | None = None
        self.decoder = build_vae(projection).decoder.to(device, memory_format=torch.channels_last).train()
        with torch.no_grad():
            for name, weight in self.decoder.named_parameters():
                if name.endswith("conv2.weight"):
                    weight.mul_(CALM)
        self.average = copy.deepcopy(self.decoder)
        inner = [weight for name, weight in self.decoder.named_parameters() if is_inner(name, weight)]
        chosen = {id(weight) for weight in inner}
        others = [weight for weight in self.decoder.parameters() if id(weight) not in chosen]
        self.muon = Muon(inner, lr=MUON_RATE, weight_decay=0.01)
        self.adam = torch.optim.AdamW(others, lr=RATE, betas=(0.9, 0.99), weight_decay=0.0)

    def advance(self, *, of: int) -> float:
        """Take one of that many steps; gives the mean squared error of levels from -1 to 1."""
        share = min(1.0, (self.step + 1) / WARMUP) * min(1.0, max(0.02, (1 - self.step / of) / (1 - DECAY_FROM)))
        for optimiser, full in ((self.muon, MUON_RATE), (self.adam, RATE)):
            for group in optimiser.param_groups:
                group["lr"] = full * share
        if self._ahead is None:
            make = partial(crops, projection=self.projection, count=self.count)
            self._ahead = steps(make, first=self.step, workers=self.workers)
        pixels, latents = next(self._ahead)
        generator = torch.Generator().manual_seed(self.step)
        strength = torch.rand(len(latents), 1, 1, 1, generator=generator).square() * DISTURBANCE
        latents = latents + torch.randn(latents.shape, generator=generator) * strength
        pixels, latents = pixels.to(self.device), latents.to(self.device)
        self.decoder.zero_grad()
        with torch.autocast(self.device, torch.bfloat16):
            drawn = self.decoder(latents * self.projection.deviation + self.projection.mean).float()
        difference(drawn, pixels).backward()
        torch.nn.utils.clip_grad_norm_(self.decoder.parameters(), 1.0)
        self.muon.step()
        self.adam.step()
        self.step += 1
        keep = min(AVERAGING, self.step / (self.step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.decoder.parameters()), 1 - keep)
        return (drawn.detach() - pixels).square().mean().item()

    def save(self, path: Path) -> None:
        """Write the whole state, all or nothing."""
        state = {"step": self.step, "weights": self.decoder.state_dict(), "average": self.average.state_dict()}
        state |= {"muon": self.muon.state_dict(), "adam": self.adam.state_dict()}
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def load(self, path: Path) -> None:
        """Continue where a saved state was."""
        state = torch.load(path, weights_only=True, map_location=self.device)
        self._ahead = None
        self.step = state["step"]
        self.decoder.load_state_dict(state["weights"])
        self.average.load_state_dict(state["average"])
        self.muon.load_state_dict(state["muon"])
        self.adam.load_state_dict(state["adam"])


def is_inner(name: str, weight: Tensor) -> bool:
    """Whether a weight is one for Muon: a convolution that is neither the first nor the last."""
    return weight.dim() == 4 and not name.startswith(("conv_in", "conv_out"))


def train_decoder(folder: RunFolder, trainer: DecoderTrainer, *, until: int) -> None:
    """Train the decoder until that step, from where it was left."""
    if folder.decoder.exists():
        trainer.load(folder.decoder)
    recent: list[float] = []
    while trainer.step < until:
        recent.append(trainer.advance(of=until))
        if trainer.step % EVERY == 0 or trainer.step == until:
            fidelity = round(float(-10 * np.log10(np.mean(recent) / 4)), 2)
            row = {"step": trainer.step, "cpu_seconds": round(time.process_time()), "psnr_db": fidelity}
            folder.record("decoder", row)
            recent.clear()
            trainer.save(folder.decoder)
