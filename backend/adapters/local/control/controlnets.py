"""A ControlNet beside the model that is loaded: which one fits into the memory, and how it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from backend.adapters.local.control.sources import FAMILIES, ControlNetSource
from backend.adapters.local.control.union_files import load_union
from backend.adapters.local.machine.extras import known_extras
from backend.adapters.local.machine.half import keep_finite
from backend.adapters.local.machine.memory import MemoryPlan, free_memory, plan_beside, size_words
from backend.adapters.local.machine.memory_guard import free, memory_guard
from backend.adapters.local.machine.placement import lay_out
from backend.domain.errors import OutOfMemory
from backend.threads.background import Report

if TYPE_CHECKING:
    from torch import dtype

NO_CONFIG: Mapping[str, Any] = {}
_WAY_OUT = "close other programs that use the device, or choose another backend."


@dataclass(frozen=True, slots=True)
class ControlNet:
    """A loaded ControlNet, and how the model beside it lies in memory from now on."""

    model: Any
    memory: MemoryPlan


def choose_controlnet(
    sources: tuple[ControlNetSource, ...], plan: MemoryPlan, kind: "dtype", device: str, free: int
) -> tuple[ControlNetSource, MemoryPlan]:
    """Return the best ControlNet that fits beside the model into `free` bytes, and the layout in which it does.

    The layout's reason names it, and why it isn't the best one here. Raises `OutOfMemory` with the way out where none
    fits.
    """
    for source in sources:
        found = plan_beside(plan, source.name, source.size(kind), device, free)
        if found:
            why = "" if source is sources[0] else f", since {sources[0].name} doesn't fit"
            return source, replace(found, reason=f"{found.reason}, with {source.name}{why}")
    least = sources[-1]
    lighter = ""
    extras = known_extras()
    lite = next((each["lite"] for each in FAMILIES.values() if extras[each["full"]].name == least.name), None)
    if lite:
        lighter = f"get {extras[lite].words} beside the backend switch or choose it in the options, "
    raise OutOfMemory(
        f"{least.name} takes {least.size(kind) / 1e9:.1f} GB of memory, and beside the model and a drawing there isn't "
        f"so much left of the {free / 1e9:.1f} GB that are free: {lighter}{_WAY_OUT}"
    )


def bring_controlnet(
    pipe: Any, sources: tuple[ControlNetSource, ...], plan: MemoryPlan, kind: "dtype", report: Report
) -> ControlNet:
    """Load the best ControlNet that fits beside the pipeline, which is laid out anew where that makes the room."""
    device = pipe._execution_device.type
    free()
    source, found = choose_controlnet(sources, plan, kind, device, free_memory(device))
    if found.offload != plan.offload:
        report(f"Making room for {source.name}", 0.1)
        lay_out(pipe, found, device)
    report(f"Reading {source.name} ({size_words(source.size(kind))})", 0.3)
    with memory_guard(f"loading {source.name}", _WAY_OUT.capitalize()):
        return ControlNet(load_controlnet(source, kind, device, pipe.transformer.config), found)


def load_controlnet(
    source: ControlNetSource, kind: "dtype", device: str, transformer: Mapping[str, Any] = NO_CONFIG
) -> Any:
    """Load a ControlNet, offline; a published file goes by the configuration of the transformer beside it."""
    from diffusers import ZImageControlNetModel

    if source.union:
        loaded = load_union(source.union, transformer, kind)
    elif source.config is None:
        loaded = ZImageControlNetModel.from_pretrained(source.path, dtype=kind, local_files_only=True)
    else:
        loaded = ZImageControlNetModel.from_single_file(
            str(source.path), config=str(source.config), torch_dtype=kind, local_files_only=True
        )
    keep_finite(loaded, kind)
    return loaded.to(device)
