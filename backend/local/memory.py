"""How a model is laid out in memory, chosen from what is free, with the reason in words."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from backend.errors import NotReady

WORKING_BYTES = 2 * 2**30
"""What a drawing at 1024² takes besides the weights, with the VAE's decoder at its peak."""
TILED_ABOVE = 1536 * 1536
"""Pixels above which the VAE works in tiles where memory is short; tiles change an image slightly."""
_GB = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlan:
    """`offload` keeps only the part that works on the device; `fp8` stores the transformer in half its bytes.

    `tiled_above` are the pixels above which the VAE works in tiles, or None. `whole` and `largest` are the bytes of all
    the weights and of their largest part. `reason` is the end of a sentence.
    """

    offload: bool = False
    fp8: bool = False
    tiled_above: int | None = None
    whole: int = 0
    largest: int = 0
    reason: str


def plan_memory(name: str, device: str, free: int, weights: Mapping[str, int]) -> MemoryPlan:
    """Choose the first layout that fits; `weights` are the bytes of each component, `free` those of the device.

    Raises `NotReady` where none fits.
    """
    whole = sum(weights.values())
    needed = whole + (WORKING_BYTES if device == "cuda" else 0)
    if needed <= free:
        reason = f"kept whole in memory ({whole / _GB:.2g} GB of the {free / _GB:.0f} GB that are free)"
        return MemoryPlan(whole=whole, largest=max(weights.values()), reason=reason)
    largest, halved = max(weights.values()), max(weights["text_encoder"], weights["transformer"] // 2)
    if device == "cuda" and largest + WORKING_BYTES <= free:
        reason = f"a part at a time on the GPU, since {whole / _GB:.1f} GB don't fit into the {free / _GB:.0f} free"
        return MemoryPlan(offload=True, tiled_above=TILED_ABOVE, whole=whole, largest=largest, reason=reason)
    if device == "cuda" and halved + WORKING_BYTES <= free:
        reason = f"a part at a time and the transformer in fp8, since {free / _GB:.0f} GB are free"
        return MemoryPlan(offload=True, fp8=True, tiled_above=TILED_ABOVE, whole=whole, largest=halved, reason=reason)
    least = halved + WORKING_BYTES if device == "cuda" else needed
    raise NotReady(
        f"{name} needs {least / _GB:.1f} GB of memory and {free / _GB:.1f} GB are free: close other programs, "
        "start with `--model tiny`, or choose a provider."
    )


def plan_beside(plan: MemoryPlan, name: str, size: int, device: str, free: int) -> MemoryPlan | None:
    """Return the layout in which `size` bytes more fit beside a model that is laid out by `plan`, or None.

    `free` are the device's bytes between two drawings; what is added stays on the device.
    """
    working = WORKING_BYTES if device == "cuda" else 0
    coming = plan.largest if plan.offload else 0
    if size + working + coming <= free:
        return plan
    if device == "cuda" and not plan.offload and size + working + plan.largest <= free + plan.whole:
        reason = f"a part at a time on the GPU, since {name} ({size / _GB:.1f} GB) doesn't fit beside the whole"
        return replace(plan, offload=True, tiled_above=TILED_ABOVE, reason=reason)
    return None


def size_words(count: int) -> str:
    """Return bytes as people read them: `6.7 GB`, `99 MB`."""
    return f"{count / _GB:.1f} GB" if count >= _GB else f"{count / 1e6:.0f} MB"


def free_memory(device: str) -> int:
    """Return the free bytes of the GPU, or those that the machine can give without swapping."""
    if device == "cuda":
        import torch

        return int(torch.cuda.mem_get_info()[0])
    known = Path("/proc/meminfo")
    if known.exists():
        lines = dict(line.split(":", 1) for line in known.read_text().splitlines() if ":" in line)
        if "MemAvailable" in lines:
            return int(lines["MemAvailable"].split()[0]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
