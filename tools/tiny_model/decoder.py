"""Training of the VAE's decoder, on crops of drawings whose latents are slightly disturbed."""

import copy
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tools.tiny_model.drawing import draw
from tools.tiny_model.latents import Projection, build_vae
from tools.tiny_model.run_folder import RunFolder

CROPS, SIDE = 8, 64  # per step; pixels
RATE, WARMUP, DECAY_FROM = 3e-3, 60, 0.4  # the decay begins after that part of the steps
DISTURBANCE = 0.25  # largest standard deviation of the noise on latents
CALM = 0.2  # a fresh residual branch's share
AVERAGING = 0.995
EVERY = 200  # steps between two saves


def crops(projection: Projection, step: int) -> tuple[Tensor, Tensor]:
    """Pixels (-1 to 1) and normalised latents of a step's crops, each the livelier one of two of a drawing."""
    rng = np.random.default_rng([step, 3])
    chosen = []
    for at in range(CROPS):
        side = 256 if at == 0 else 128
        pixels = draw(step * CROPS + at, width=side, height=side, loose=at % 2 == 0).pixels
        corners = rng.integers(0, (side - SIDE) // 8 + 1, (2, 2)) * 8
        cut = [pixels[top : top + SIDE, left : left + SIDE] for top, left in corners]
        chosen.append(max(cut, key=lambda crop: float(crop[::2, ::2].std((0, 1)).sum())))
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

    def __init__(self, projection: Projection) -> None:
        torch.manual_seed(0)
        self.projection, self.step = projection, 0
        self.decoder = build_vae(projection).decoder.to(memory_format=torch.channels_last).train()
        with torch.no_grad():
            for name, weight in self.decoder.named_parameters():
                if name.endswith("conv2.weight"):
                    weight.mul_(CALM)
        self.average = copy.deepcopy(self.decoder)
        self.optimiser = torch.optim.AdamW(self.decoder.parameters(), lr=RATE, betas=(0.9, 0.99), weight_decay=1e-4)

    def advance(self, *, of: int) -> float:
        """Take one of that many steps; gives the mean squared error of levels from -1 to 1."""
        share = min(1.0, (self.step + 1) / WARMUP) * min(1.0, max(0.02, (1 - self.step / of) / (1 - DECAY_FROM)))
        for group in self.optimiser.param_groups:
            group["lr"] = RATE * share
        pixels, latents = crops(self.projection, self.step)
        generator = torch.Generator().manual_seed(self.step)
        strength = torch.rand(CROPS, 1, 1, 1, generator=generator).square() * DISTURBANCE
        latents = latents + torch.randn(latents.shape, generator=generator) * strength
        drawn = self.decoder(latents * self.projection.deviation + self.projection.mean)
        self.optimiser.zero_grad()
        difference(drawn, pixels).backward()
        torch.nn.utils.clip_grad_norm_(self.decoder.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        keep = min(AVERAGING, self.step / (self.step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.decoder.parameters()), 1 - keep)
        return (drawn.detach() - pixels).square().mean().item()

    def save(self, path: Path) -> None:
        """Write the whole state, all or nothing."""
        state = {"step": self.step, "weights": self.decoder.state_dict(), "average": self.average.state_dict()}
        torch.save(state | {"optimiser": self.optimiser.state_dict()}, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def load(self, path: Path) -> None:
        """Continue where a saved state was."""
        state = torch.load(path, weights_only=True)
        self.step = state["step"]
        self.decoder.load_state_dict(state["weights"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])


def train_decoder(folder: RunFolder, *, steps: int) -> None:
    """Train the decoder for that many steps in all, from where it was left."""
    trainer = DecoderTrainer(folder.projection())
    if folder.decoder.exists():
        trainer.load(folder.decoder)
    recent: list[float] = []
    while trainer.step < steps:
        recent.append(trainer.advance(of=steps))
        if trainer.step % EVERY == 0 or trainer.step == steps:
            fidelity = round(float(-10 * np.log10(np.mean(recent) / 4)), 2)
            row = {"step": trainer.step, "cpu_seconds": round(time.process_time()), "psnr_db": fidelity}
            folder.record("decoder", row)
            recent.clear()
            trainer.save(folder.decoder)
