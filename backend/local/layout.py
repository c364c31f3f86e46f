"""A pipeline brought to its device as the memory plan says."""

from typing import TYPE_CHECKING, Any

from backend.local.memory import MemoryPlan

if TYPE_CHECKING:
    from torch import dtype


def lay_out(pipe: Any, plan: MemoryPlan, device: str, kind: "dtype") -> None:
    """Bring a pipeline to the device as the plan says; one that lies there whole may be laid out a part at a time."""
    import torch

    if plan.fp8:
        pipe.transformer.enable_layerwise_casting(storage_dtype=torch.float8_e4m3fn, compute_dtype=kind)
    if plan.offload:
        pipe.enable_model_cpu_offload(device=device)
    else:
        pipe.to(device)
