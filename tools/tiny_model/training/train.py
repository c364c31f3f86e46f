"""Training of text encoder, transformer and control branch, in one process or in several that meet now and then."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor, nn

from tools.tiny_model.networks.latents import Projection
from tools.tiny_model.networks.models import Parts, build_parts
from tools.tiny_model.training.ahead import steps
from tools.tiny_model.training.batches import BATCH, HELD_BACK, Batch, make_batch, pick_size
from tools.tiny_model.training.mixed import mix
from tools.tiny_model.training.muon import Muon
from tools.tiny_model.training.objective import Objective

MUON_RATE, ADAM_RATE = 0.02, 2e-3
WARMUP = 60  # steps
LARGEST_NORM = 2.0
MEETING = 8  # steps after which the processes average their weights: waiting for one another each step is slow
AVERAGING = 0.998  # of the weights that are shipped
VALIDATION = 64  # pictures


@dataclass(frozen=True, slots=True)
class Team:
    """Which of how many training processes this is."""

    rank: int = 0
    size: int = 1


class Trainer:
    """The state of a training run: weights, their running average, the optimisers' memories and the step."""

    def __init__(
        self,
        projection: Projection,
        *,
        seed: int = 0,
        team: Team | None = None,
        batch: int = BATCH,
        compiled: bool = False,
        sizes: str = "small",
        workers: int = 0,
        device: str = "cpu",
    ) -> None:
        self.projection, self.team, self.batch, self.sizes = projection, team or Team(), batch, sizes
        self.workers, self.device = workers, device
        self.parts: Parts = build_parts(seed)
        self.modules = self.parts.together().to(device)
        self.average = copy.deepcopy(self.parts)
        mix(self.modules)
        self.step = self.samples = 0
        self.objective = Objective(projection, compiled=compiled, device=device)
        matrices, others = split(self.modules)
        self.trained = matrices + others
        self.muon = Muon(matrices, lr=MUON_RATE)
        self.adam = torch.optim.AdamW(others, lr=ADAM_RATE, betas=(0.9, 0.98), weight_decay=0.0)
        side = 256 if sizes == "large" else 128
        held_back = make_batch(projection, number=0, size=(side, side), batch=VALIDATION, first=HELD_BACK)
        self.validation = held_back.to(device)
        self._ahead: Iterator[Batch] | None = None

    def advance(self, *, rate: float = 1.0) -> tuple[float, float]:
        """Take one step at a share of the full rate; gives the losses of free and of guided pictures."""
        self._ahead = self._ahead or steps(self.make, first=self.step, workers=self.workers)
        batch = next(self._ahead).to(self.device)
        with torch.autocast(self.device, torch.bfloat16, enabled=self.device != "cpu"):
            losses = self.objective.losses(self.parts, batch)
        for parameter in self.trained:
            parameter.grad = None
        losses.mean().backward()
        nn.utils.clip_grad_norm_(self.trained, LARGEST_NORM)
        rate *= min(1.0, (self.step + 1) / WARMUP)
        for optimiser, full in ((self.muon, MUON_RATE), (self.adam, ADAM_RATE)):
            for group in optimiser.param_groups:
                group["lr"] = full * rate
            optimiser.step()
        self.step += 1
        self.samples += len(batch.clean) * self.team.size
        if self.step % MEETING == 0:
            self._meet()
        self._follow()
        return _halves(losses.detach(), batch)

    @property
    def make(self) -> Callable[[int], Batch]:
        """What makes a step's batch; without the weights, so that other processes can have it."""
        return partial(batch_of, projection=self.projection, team=self.team, batch=self.batch, sizes=self.sizes)

    def validate(self) -> tuple[float, float]:
        """The averaged weights' losses on drawings held back, without and with guides."""
        with torch.no_grad():
            free = self.objective.losses(self.average, self.validation, guided=False)
            guided = self.objective.losses(self.average, self.validation)
        count = len(self.validation.guides)
        return free.mean().item(), guided[:count].mean().item()

    def save(self, path: Path) -> None:
        """Write the whole state, all or nothing."""
        state = {
            "step": self.step, "samples": self.samples, "weights": self.modules.state_dict(),
            "average": self.average.together().state_dict(),
            "muon": self.muon.state_dict(), "adam": self.adam.state_dict(),
        }  # fmt: skip
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def load(self, path: Path) -> None:
        """Continue where a saved state was."""
        state = torch.load(path, weights_only=True, map_location=self.device)
        self._ahead = None
        self.step, self.samples = state["step"], state["samples"]
        self.modules.load_state_dict(state["weights"])
        self.average.together().load_state_dict(state["average"])
        self.muon.load_state_dict(state["muon"])
        self.adam.load_state_dict(state["adam"])

    def _meet(self) -> None:
        """Average the weights over all processes."""
        if self.team.size == 1:
            return
        with torch.no_grad():
            flat = torch.cat([weight.flatten() for weight in self.trained])
            dist.all_reduce(flat)
            shares = (flat / self.team.size).split([weight.numel() for weight in self.trained])
            for weight, share in zip(self.trained, shares, strict=True):
                weight.copy_(share.view_as(weight))

    def _follow(self) -> None:
        """Move the average towards the weights, faster at first."""
        keep = min(AVERAGING, self.step / (self.step + 15))
        with torch.no_grad():
            pairs = zip(self.average.together().parameters(), self.modules.parameters(), strict=True)
            averages, weights = zip(*pairs, strict=True)
            torch._foreach_lerp_(list(averages), list(weights), 1 - keep)


def batch_of(step: int, *, projection: Projection, team: Team, batch: int, sizes: str) -> Batch:
    """The batch of a step of one of the processes."""
    number, size = step * team.size + team.rank, pick_size(step, sizes=sizes)
    return make_batch(projection, number=number, size=size, batch=batch)


def split(modules: nn.ModuleDict) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """The matrices inside of the blocks, for Muon, and all else that is used, for AdamW."""
    unused = (f"text.layers.{len(modules['text'].layers) - 1}.", "text.norm.")
    named = [(name, weight) for name, weight in modules.named_parameters() if not name.startswith(unused)]
    inner = ("attention.to_", "feed_forward.", "self_attn.", "mlp.gate", "mlp.up", "mlp.down")
    is_matrix = {name: weight.dim() == 2 and any(part in name for part in inner) for name, weight in named}
    return [weight for name, weight in named if is_matrix[name]], [w for name, w in named if not is_matrix[name]]


def _halves(losses: Tensor, batch: Batch) -> tuple[float, float]:
    count = len(batch.guides)
    return losses[count:].mean().item(), losses[:count].mean().item()
