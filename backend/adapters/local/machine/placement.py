"""A pipeline stored and brought to its device as the memory plan says."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from backend.adapters.local.machine.memory import MemoryPlan
from backend.adapters.local.machine.small_weights import SMALL

if TYPE_CHECKING:
    from torch import dtype


def shrink(pipe: Any, plan: MemoryPlan, kind: "dtype") -> None:
    """Store the transformer as small as the plan says, to be computed in `kind`, for good; comes before `lay_out`.

    Raises what the library does that makes it small.
    """
    import torch

    if plan.weights == "fp8":
        pipe.transformer.enable_layerwise_casting(storage_dtype=torch.float8_e4m3fn, compute_dtype=kind)
    elif small := SMALL.get(plan.weights):
        with torch.no_grad():
            small.pack(pipe.transformer)


def lay_out(pipe: Any, plan: MemoryPlan, device: str) -> None:
    """Bring a pipeline to the device; it may be laid out a part at a time, and whole again, later."""
    if plan.offload == "model":
        pipe.enable_model_cpu_offload(device=device)
    elif plan.offload == "sequential":
        pipe.enable_sequential_cpu_offload(device=device)
    else:
        pipe.remove_all_hooks()
        pipe.to(device)


def let_go(parts: Iterable[Any]) -> None:
    """Take the weights out of modules, whoever still holds these: an error on show holds the frames of its drawing."""
    from torch.nn import Module

    for part in parts:
        for module in part.modules() if isinstance(part, Module) else ():
            module._parameters.clear()
            module._buffers.clear()
