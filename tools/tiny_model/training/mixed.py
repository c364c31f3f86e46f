"""Linear layers that multiply in bfloat16 and keep all else in single precision.

On a CPU with AVX512-BF16 such a product takes less than half the time; autocast, which converts more, gains nothing.
"""

from typing import Any

import torch
from torch import Tensor, nn


class _Product(torch.autograd.Function):
    """States (..., inputs) times a weight (outputs, inputs), transposed."""

    @staticmethod
    def forward(ctx: Any, states: Tensor, weight: Tensor) -> Tensor:
        flat, half = states.reshape(-1, states.shape[-1]).bfloat16(), weight.bfloat16()
        ctx.save_for_backward(flat, half)
        return (flat @ half.T).float().view(*states.shape[:-1], len(weight))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        states, weight = ctx.saved_tensors
        (gradient,) = gradients
        flat = gradient.reshape(-1, gradient.shape[-1]).bfloat16()
        back = (flat @ weight).float().view(*gradient.shape[:-1], weight.shape[1])
        return back, (flat.T @ states).float()


class MixedLinear(nn.Linear):
    """A linear layer for training; its weights stay in single precision."""

    def forward(self, input: Tensor) -> Tensor:
        """Multiply in bfloat16."""
        product: Tensor = _Product.apply(input, self.weight)
        return product if self.bias is None else product + self.bias


def mix(modules: nn.Module) -> None:
    """Let all linear layers multiply in bfloat16 from now on."""
    for module in modules.modules():
        if type(module) is nn.Linear:
            module.__class__ = MixedLinear
