"""Training of the VAE's decoder, on crops of drawings whose latents are slightly disturbed."""

import copy
import time

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


def train_decoder(folder: RunFolder, *, steps: int) -> None:
    """Train the decoder for that many steps in all, from where it was left, and write the VAE."""
    torch.manual_seed(0)
    projection = folder.projection()
    vae = build_vae(projection).to(memory_format=torch.channels_last)
    decoder = vae.decoder.train()
    with torch.no_grad():
        for name, weight in decoder.named_parameters():
            if name.endswith("conv2.weight"):
                weight.mul_(CALM)
    average = copy.deepcopy(decoder)
    optimiser = torch.optim.AdamW(decoder.parameters(), lr=RATE, betas=(0.9, 0.99), weight_decay=1e-4)
    done = 0
    if folder.decoder.exists():
        state = torch.load(folder.decoder, weights_only=True)
        done = state["step"]
        for part, name in ((decoder, "weights"), (average, "average"), (optimiser, "optimiser")):
            part.load_state_dict(state[name])
    recent: list[float] = []
    for step in range(done, steps):
        share = min(1.0, (step + 1) / WARMUP) * min(1.0, max(0.02, (1 - step / steps) / (1 - DECAY_FROM)))
        for group in optimiser.param_groups:
            group["lr"] = RATE * share
        pixels, latents = crops(projection, step)
        generator = torch.Generator().manual_seed(step)
        strength = torch.rand(CROPS, 1, 1, 1, generator=generator).square() * DISTURBANCE
        latents = latents + torch.randn(latents.shape, generator=generator) * strength
        drawn = decoder(latents * projection.deviation + projection.mean)
        loss = difference(drawn, pixels)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(decoder.parameters(), 1.0)
        optimiser.step()
        with torch.no_grad():
            keep = min(AVERAGING, (step + 1) / (step + 11))
            torch._foreach_lerp_(list(average.parameters()), list(decoder.parameters()), 1 - keep)
        recent.append((drawn.detach() - pixels).square().mean().item())
        if (step + 1) % EVERY == 0 or step + 1 == steps:
            fidelity = round(float(-10 * np.log10(np.mean(recent) / 4)), 2)
            folder.record("decoder", {"step": step + 1, "cpu_seconds": round(time.process_time()), "psnr_db": fidelity})
            recent.clear()
            state = {"step": step + 1, "weights": decoder.state_dict(), "average": average.state_dict()}
            torch.save(state | {"optimiser": optimiser.state_dict()}, folder.decoder)
            vae.decoder.load_state_dict(average.state_dict()) if step + 1 == steps else None
    vae.save_pretrained(folder.vae)
