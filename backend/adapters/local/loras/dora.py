"""DoRA at any weight: so much of the way from the weights W to m·(W + B·A)/‖W + B·A‖, as ComfyUI and A1111 have it.

PEFT scales B·A alone, and at a weight of 0 there would still be the magnitudes. With f = m/‖W + B·A‖ by rows, the way's
part w ends at t·W + w·f·B·A, where t = 1 + w·(f - 1): that is PEFT's own formula for B' = (w·f/t)·B and the magnitude
m' = t·‖W + B'·A‖.
"""

from typing import TYPE_CHECKING, Any

from backend.adapters.local.loras.changes import Change
from backend.adapters.local.loras.peft_layers import set_factor

if TYPE_CHECKING:
    from torch import dtype

_TINY = 1e-6
"""Keeps t from being divided by where nothing is left of W."""


def weigh_dora(layer: Any, adapter: str, change: Change, weight: float, computed_in: "dtype") -> None:
    """Set a DoRA layer's factors for a weight; PEFT's own scale of it stays 1."""
    import torch

    own = layer.get_base_layer().weight.detach()
    parts = {part: tensor.to(own.device) for part, tensor in change.tensors.items()}
    factor = parts["magnitude"].reshape(-1, 1) / torch.linalg.norm(
        own.float() + parts["B"] @ parts["A"], dim=1, keepdim=True
    )
    left = 1 + weight * (factor - 1)
    left = torch.where(left.abs() < _TINY, torch.full_like(left, _TINY), left)
    set_factor(layer, adapter, "lora_B", (weight * factor / left * parts["B"]).to(computed_in))
    magnitude = layer.lora_magnitude_vector[adapter]
    added = magnitude.get_lora_weight(layer.lora_A[adapter], layer.lora_B[adapter]).to(computed_in)
    # By PEFT's own norm, rounded as it will be when it is divided by.
    norm = magnitude.get_weight_norm(own.to(computed_in), added.detach(), 1.0).detach()
    magnitude.weight = torch.nn.Parameter(left.flatten() * norm.float(), requires_grad=False)
