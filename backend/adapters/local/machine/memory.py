"""How a model is laid out in memory, chosen by the user or from what is free, with the reason in words."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from backend.adapters.local.machine.options import Layout
from backend.adapters.local.machine.small_weights import SMALL, SMALL_NAMES, Small
from backend.domain.errors import NotReady

Kept = Literal["full", "torchao int8", "sdnq int8", "fp8", "torchao fp8", "sdnq uint4", "nf4", "gguf"]
Place = Literal["none", "model", "sequential"]

WORKING_BYTES = 2 * 2**30
"""What a drawing at 1024² takes besides the weights, with the VAE's decoder at its peak."""
LARGEST_LAYER_BYTES = 2**30
"""The text encoder's embeddings, 0.8 GB in bf16, are the largest layer of the real model."""
TILED_ABOVE = 1536 * 1536
"""Pixels above which the VAE works in tiles where memory is short; tiles change an image slightly."""
SHARES: Mapping[Kept, Mapping[str, float]] = {
    "full": {},
    "fp8": {"transformer": 0.5},
    "nf4": {"transformer": 0.29, "text_encoder": 0.38},
    "gguf": {"transformer": 0.54},
    **{weights: {"transformer": SMALL[weights].share} for weights in SMALL_NAMES},
}
"""What each part takes of its bytes in bf16. NF4 has 4.5 bits a weight and leaves embeddings be; GGUF has up to 8.5."""

_GB = 1e9
_PLACES: Mapping[Place, str] = {
    "none": "kept whole in memory",
    "model": "a part at a time on the GPU",
    "sequential": "a layer at a time on the GPU",
}
_KEPT: Mapping[Kept, str] = {
    "full": "",
    "fp8": " with the transformer in fp8",
    "nf4": " with transformer and text encoder in nf4",
    "gguf": " with the transformer from a GGUF file",
    **{weights: f" with the transformer in {weights}" for weights in SMALL_NAMES},
}
_ORDER: tuple[tuple[Kept, Place], ...] = (
    ("full", "none"),
    ("full", "model"),
    ("fp8", "none"),
    ("fp8", "model"),
    ("full", "sequential"),
)
"""What `auto` tries: the exact ones first, but for the slowest; what is exacter than fp8 comes before that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlan:
    """`weights` says how the large parts are stored, `offload` what lies on the device: all, a part, or a layer.

    `fixed` is an offload that the user chose. `tiled_above` are the pixels above which the VAE works in tiles, or None.
    `whole` and `largest` are the bytes of all the weights and of their largest part. `reason` is the end of a sentence.
    """

    weights: Kept = "full"
    offload: Place = "none"
    fixed: bool = False
    tiled_above: int | None = None
    whole: int = 0
    largest: int = 0
    reason: str


def plan_memory(
    name: str, device: str, free: int, weights: Mapping[str, int], layout: Layout, exacter: tuple[Small, ...] = ()
) -> MemoryPlan:
    """Return the first layout that fits of those that the user leaves open.

    `weights` are the bytes of each component in full, `free` those of the device, `exacter` what `auto` may take before
    fp8. Raises `NotReady` where none fits.
    """
    needed = {option: _needed(*option, device, weights) for option in _open(device, layout, exacter)}
    for (kept, place), size in needed.items():
        if size <= free:
            sizes = _sizes(kept, weights)
            return MemoryPlan(
                weights=kept,
                offload=place,
                fixed=layout.offload != "auto",
                tiled_above=TILED_ABOVE if place != "none" else None,
                whole=sum(sizes),
                largest=max(sizes),
                reason=f"{_PLACES[place]}{_KEPT[kept]}, {_why((kept, place), weights, free, layout)}",
            )
    wished = "" if layout == Layout() else " as chosen"
    raise NotReady(
        f"{name} needs {min(needed.values()) / _GB:.1f} GB of memory{wished} and {free / _GB:.1f} GB are free: close "
        "other programs, leave weights and offload at auto, start with `--model tiny`, or choose a provider."
    )


def least_memory(device: str, weights: Mapping[str, int]) -> int:
    """Return what the smallest layout needs that `auto` tries, in bytes; `weights` are those of each part in full."""
    return min(_needed(*option, device, weights) for option in _open(device, Layout()))


def _open(device: str, layout: Layout, exacter: tuple[Small, ...] = ()) -> Iterator[tuple[Kept, Place]]:
    """Yield what the choice leaves open; without an NVIDIA GPU there is nowhere to offload from."""
    chosen = ((layout.weights, place) for place in _PLACES) if layout.weights != "auto" else _order(exacter)
    for kept, place in chosen:
        if device != "cuda" and (place != "none" or (layout.weights == "auto" and kept != "full")):
            continue
        if layout.offload in ("auto", place) and (place != "sequential" or kept == "full"):
            yield kept, place


def _order(exacter: tuple[Small, ...]) -> Iterator[tuple[Kept, Place]]:
    for kept, place in _ORDER:
        if kept == "fp8":
            yield from ((weights, place) for weights in exacter)
        yield kept, place


def _sizes(kept: Kept, weights: Mapping[str, int]) -> list[int]:
    return [int(size * SHARES[kept].get(part, 1.0)) for part, size in weights.items()]


def _needed(kept: Kept, place: Place, device: str, weights: Mapping[str, int]) -> int:
    if place == "sequential":
        return LARGEST_LAYER_BYTES + WORKING_BYTES
    if place == "model":
        return max(_sizes(kept, weights)) + WORKING_BYTES
    return sum(_sizes(kept, weights)) + (WORKING_BYTES if device == "cuda" else 0)


def _why(option: tuple[Kept, Place], weights: Mapping[str, int], free: int, layout: Layout) -> str:
    if option == ("full", "none"):
        return f"since its {sum(weights.values()) / _GB:.2g} GB fit into the {free / _GB:.0f} GB that are free"
    if layout != Layout():
        return "as was chosen"
    return f"since its {sum(weights.values()) / _GB:.1f} GB don't fit into the {free / _GB:.0f} GB that are free"


def plan_beside(plan: MemoryPlan, name: str, size: int, device: str, free: int) -> MemoryPlan | None:
    """Return the layout in which `size` bytes more fit beside a model that is laid out by `plan`, or None.

    `free` are the device's bytes between two drawings; what is added stays on the device.
    """
    if plan.offload == "sequential":  # a ControlNet reads tokens that then lie nowhere
        return None
    working = WORKING_BYTES if device == "cuda" else 0
    coming = plan.largest if plan.offload == "model" else 0
    if size + working + coming <= free:
        return plan
    moves = device == "cuda" and plan.offload == "none" and not plan.fixed
    if moves and size + working + plan.largest <= free + plan.whole:
        reason = f"a part at a time on the GPU, since {name} ({size / _GB:.1f} GB) doesn't fit beside the whole"
        return replace(plan, offload="model", tiled_above=TILED_ABOVE, reason=reason)
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
