"""Which ControlNet goes with a checkpoint: the one in its folder, or a Union of the hub for the real model."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.adapters.local.control.union_files import Union, find_unions, load_union
from backend.adapters.local.machine.checkpoint import Checkpoint, weight_files
from backend.adapters.local.machine.extras import Extras, known_extras
from backend.adapters.local.machine.half import keep_finite
from backend.adapters.local.machine.kinds import profile_at
from backend.adapters.local.machine.memory import MemoryPlan, free_memory, plan_beside, size_words
from backend.adapters.local.machine.memory_guard import free, memory_guard
from backend.adapters.local.machine.options import ControlNetWeights
from backend.adapters.local.machine.placement import lay_out
from backend.adapters.local.weights.reading import count_parameters
from backend.domain.errors import OutOfMemory
from backend.threads.background import Report

if TYPE_CHECKING:
    from torch import dtype

CONFIGS = Path(__file__).parents[4] / "presets" / "controlnets"
"""Diffusers would guess a file's version and ask the network for its configuration; it takes lite for version 1."""
_FOLDERS = ("controlnet", "model_patches")
"""Where people have published files: in diffusers' folder of a part, or in ComfyUI's of patches."""
NO_CONFIG: Mapping[str, Any] = {}
_FULL, _LITE = "union-2.1", "union-2.1-lite"
_CONFIGS = {"union": _FULL, "union_lite": _LITE, "union_base": _FULL, "union_base_lite": _LITE}
"""Extras and the folders of their configurations: those for the base model have the same layers."""
_FAMILIES: Mapping[str, Mapping[ControlNetWeights, str]] = {
    "turbo": {"full": "union", "lite": "union_lite"},
    "base": {"full": "union_base", "lite": "union_base_lite"},
}
"""The extras by whose transformer they were trained with, the better one first."""


_WAY_OUT = "close other programs that use the device, or choose another backend."


@dataclass(frozen=True, slots=True)
class ControlNetSource:
    """Weights of a ControlNet: a folder of diffusers, or one file with the folder of its configuration.

    `union` is what a published file was told to be, whose configuration follows from its tensors.
    """

    path: Path
    config: Path | None = None
    name: str = "the ControlNet"
    union: Union | None = None

    def size(self, kind: "dtype") -> int:
        """Return the bytes that its weights take in memory."""
        return count_parameters(self.path) * kind.itemsize


@dataclass(frozen=True, slots=True)
class ControlNet:
    """A loaded ControlNet, and how the model beside it lies in memory from now on."""

    model: Any
    memory: MemoryPlan


def unions_of(checkpoint: Checkpoint, wanted: ControlNetWeights = "auto") -> tuple[str, ...]:
    """Return the extras that were trained with this kind of checkpoint, the better one first; of `auto` all."""
    family = _FAMILIES[profile_at(checkpoint).union]
    return tuple(family.values()) if wanted == "auto" else (family[wanted],)


def find_controlnets(
    checkpoint: Checkpoint, extras: Extras, wanted: ControlNetWeights = "auto"
) -> tuple[ControlNetSource, ...]:
    """Return the ControlNets for a checkpoint that are here, the best one first; of the hub's only those wanted."""
    if own := _own(checkpoint, wanted):
        return own
    if checkpoint.embedded:
        return ()
    files = {name: extras.file(name) for name in unions_of(checkpoint, wanted)}
    return tuple(
        ControlNetSource(file, CONFIGS / _CONFIGS[name], known_extras()[name].name)
        for name, file in files.items()
        if file
    )


def lacking_controlnet(checkpoint: Checkpoint, extras: Extras, wanted: ControlNetWeights) -> str | None:
    """Say why the wanted weights can't be taken, with the way out; None where they can."""
    if wanted == "auto":
        return None
    if any(_is_lite(source) == (wanted == "lite") for source in _own(checkpoint, wanted) if source.union):
        return None
    if checkpoint.embedded or _own(checkpoint, wanted):
        return "This model has a ControlNet of its own, of one size; choose auto."
    return extras.lacking(*unions_of(checkpoint, wanted))


def _own(checkpoint: Checkpoint, wanted: ControlNetWeights) -> tuple[ControlNetSource, ...]:
    """Return what lies beside the model: diffusers' folder, or published files, of which the wanted ones come first."""
    if checkpoint.folder is None:
        return ()
    own = checkpoint.folder / "controlnet"
    if (own / "config.json").exists() and weight_files(own):
        return (ControlNetSource(own),)
    published = ((each, each.header.path) for each in _published(checkpoint))
    found = [ControlNetSource(path, name=path.stem, union=each) for each, path in published]
    return tuple(sorted(found, key=lambda source: wanted != "auto" and _is_lite(source) != (wanted == "lite")))


def _published(checkpoint: Checkpoint) -> tuple[Union, ...]:
    """Return the published files in a model's folder, or where ComfyUI has them beside the folder of a file."""
    file, folder = checkpoint.file, checkpoint.folder
    near = (file.parent, file.parent.parent) if file else (folder,) if folder else ()
    return find_unions(tuple(place / name for place in near for name in ("", *_FOLDERS)))


def _is_lite(source: ControlNetSource) -> bool:
    return bool(source.union and source.union.lite)


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
    lite = next((each["lite"] for each in _FAMILIES.values() if extras[each["full"]].name == least.name), None)
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
