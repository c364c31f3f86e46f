"""The Muon optimiser: momentum whose matrices are made orthogonal before each step."""

from collections import defaultdict

import torch
from torch import Tensor

QUINTIC = (3.4445, -4.7750, 2.0315)  # Keller Jordan's coefficients for the Newton-Schulz iteration
ITERATIONS = 5


def orthogonalise(matrices: Tensor) -> Tensor:
    """Push the singular values of matrices (n, rows, columns), rows <= columns, towards one."""
    first, second, third = QUINTIC
    states = matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-7)
    states = states.bfloat16()
    for _ in range(ITERATIONS):
        gram = states @ states.mT
        states = first * states + (second * gram + third * gram @ gram) @ states
    return states.float()


class Muon(torch.optim.Optimizer):
    """For matrices, and for convolutions as matrices of (outputs, inputs); all of one shape are treated at once."""

    def __init__(
        self, parameters: list[torch.nn.Parameter], *, lr: float, momentum: float = 0.95, weight_decay: float = 0.02
    ) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Move every matrix that has a gradient."""
        assert closure is None, "this optimiser evaluates nothing again"
        for group in self.param_groups:
            alike: dict[tuple[int, ...], list[torch.nn.Parameter]] = defaultdict(list)
            for parameter in group["params"]:
                if parameter.grad is not None:
                    alike[tuple(parameter.shape)].append(parameter)
            for parameters in alike.values():
                self._move(parameters, lr=group["lr"], momentum=group["momentum"], decay=group["weight_decay"])

    def _move(self, parameters: list[torch.nn.Parameter], *, lr: float, momentum: float, decay: float) -> None:
        updates = torch.stack([self._remember(parameter, momentum).flatten(1) for parameter in parameters])
        tall = updates.shape[1] > updates.shape[2]
        updates = orthogonalise(updates.mT if tall else updates)
        updates = updates.mT if tall else updates
        stretch = max(1.0, updates.shape[1] / updates.shape[2]) ** 0.5
        for parameter, update in zip(parameters, updates, strict=True):
            parameter.mul_(1 - lr * decay).add_(update.view(parameter.shape), alpha=-lr * stretch)

    def _remember(self, parameter: torch.nn.Parameter, momentum: float) -> Tensor:
        assert parameter.grad is not None
        state = self.state[parameter]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(parameter)
        state["momentum"].lerp_(parameter.grad, 1 - momentum)
        return parameter.grad.lerp(state["momentum"], momentum)
