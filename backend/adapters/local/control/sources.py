"""Which ControlNets go with a checkpoint: those beside it, in other tools' folders, or the hub's for the real model."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from backend.adapters.local.control.union_files import Union, find_unions, unions_among
from backend.adapters.local.machine.checkpoint import Checkpoint, weight_files
from backend.adapters.local.machine.extras import Extras, known_extras
from backend.adapters.local.machine.kinds import profile_at
from backend.adapters.local.machine.options import ControlNetWeights
from backend.adapters.local.weights.reading import count_parameters

if TYPE_CHECKING:
    from torch import dtype

CONFIGS = Path(__file__).parents[4] / "presets" / "controlnets"
"""Diffusers would guess a file's version and ask the network for its configuration; it takes lite for version 1."""
_FOLDERS = ("controlnet", "model_patches")
"""Where people have published files: in diffusers' folder of a part, or in ComfyUI's of patches."""
_FULL, _LITE = "union-2.1", "union-2.1-lite"
_CONFIGS = {"union": _FULL, "union_lite": _LITE, "union_base": _FULL, "union_base_lite": _LITE}
"""Extras and the folders of their configurations: those for the base model have the same layers."""
_CHANNELS, _LAYERS, _LITE_LAYERS = 33, 15, 3
"""Of the extras, as their configurations say."""
FAMILIES: Mapping[str, Mapping[ControlNetWeights, str]] = {
    "turbo": {"full": "union", "lite": "union_lite"},
    "base": {"full": "union_base", "lite": "union_base_lite"},
}
"""The extras by whose transformer they were trained with, the better one first."""


@dataclass(frozen=True, slots=True)
class ControlNetSource:
    """Weights of a ControlNet: a folder of diffusers, or one file with the folder of its configuration.

    `union` is what a published file was told to be, whose configuration follows from its tensors.
    """

    path: Path
    config: Path | None = None
    name: str = "the ControlNet"
    union: Union | None = None

    @classmethod
    def of(cls, union: Union) -> Self:
        """Return a published file's weights, which its name names."""
        path = union.header.path
        return cls(path, name=path.stem, union=union)

    @property
    def lite(self) -> bool:
        """Whether it is a small one of the newer kind."""
        return self.union.lite if self.union else self.config is not None and self.config.name == _LITE

    @property
    def rank(self) -> tuple[int, int, str]:
        """Return what to sort by, the better ones first."""
        return self.union.rank if self.union else (-_CHANNELS, -(_LITE_LAYERS if self.lite else _LAYERS), self.name)

    def size(self, kind: "dtype") -> int:
        """Return the bytes that its weights take in memory."""
        return count_parameters(self.path) * kind.itemsize


def unions_of(checkpoint: Checkpoint, wanted: ControlNetWeights = "auto") -> tuple[str, ...]:
    """Return the extras that were trained with this kind of checkpoint, the better one first; of `auto` all."""
    family = FAMILIES[profile_at(checkpoint).union]
    return tuple(family.values()) if wanted == "auto" else (family[wanted],)


def find_controlnets(
    checkpoint: Checkpoint, extras: Extras, wanted: ControlNetWeights = "auto", others: Iterable[Path] = ()
) -> tuple[ControlNetSource, ...]:
    """Return the ControlNets for a checkpoint that are here, the best one first; only those wanted, but for its own.

    `others` are files of ControlNets in other tools' folders. What lies beside the model goes before them.
    """
    if own := _own(checkpoint, wanted):
        return own
    if checkpoint.embedded:
        return ()
    here = (*_of_others(checkpoint, wanted, others), *_of_the_hub(checkpoint, extras, wanted))
    each_once = {source.path.resolve(): source for source in here}
    return tuple(sorted(each_once.values(), key=lambda source: source.rank))


def lacking_controlnet(
    checkpoint: Checkpoint, extras: Extras, wanted: ControlNetWeights, others: Iterable[Path] = ()
) -> str | None:
    """Say why the wanted weights can't be taken, with the way out; None where they can."""
    if wanted == "auto":
        return None
    own = _own(checkpoint, wanted)
    if any(source.lite == (wanted == "lite") for source in own if source.union):
        return None
    if checkpoint.embedded or own:
        return "This model has a ControlNet of its own, of one size; choose auto."
    if any(_of_others(checkpoint, wanted, others)):
        return None
    return extras.lacking(*unions_of(checkpoint, wanted))


def _of_the_hub(checkpoint: Checkpoint, extras: Extras, wanted: ControlNetWeights) -> Iterator[ControlNetSource]:
    for name in unions_of(checkpoint, wanted):
        if file := extras.file(name):
            yield ControlNetSource(file, CONFIGS / _CONFIGS[name], known_extras()[name].name)


def _of_others(checkpoint: Checkpoint, wanted: ControlNetWeights, files: Iterable[Path]) -> Iterator[ControlNetSource]:
    """Yield those that are as wide as the model's transformer, and which no name says another family of."""
    width, family = _width(checkpoint), profile_at(checkpoint).union
    for union in unions_among(files):
        fits = width in (None, union.width) and union.trained_with in ("", family)
        if fits and (wanted == "auto" or union.lite == (wanted == "lite")):
            yield ControlNetSource.of(union)


def _width(checkpoint: Checkpoint) -> int | None:
    """Return the width of a model's transformer, or None where nothing is here yet that says it."""
    if checkpoint.folder is None:
        return None
    try:
        told = json.loads((checkpoint.source("transformer").config / "config.json").read_text("utf-8"))
        return int(told["dim"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _own(checkpoint: Checkpoint, wanted: ControlNetWeights) -> tuple[ControlNetSource, ...]:
    """Return what lies beside the model: diffusers' folder, or published files, of which the wanted ones come first."""
    if checkpoint.folder is None:
        return ()
    own = checkpoint.folder / "controlnet"
    if (own / "config.json").exists() and weight_files(own):
        return (ControlNetSource(own),)
    found = map(ControlNetSource.of, _published(checkpoint))
    return tuple(sorted(found, key=lambda source: wanted != "auto" and source.lite != (wanted == "lite")))


def _published(checkpoint: Checkpoint) -> tuple[Union, ...]:
    """Return the published files in a model's folder, or where ComfyUI has them beside the folder of a file."""
    file, folder = checkpoint.file, checkpoint.folder
    near = (file.parent, file.parent.parent) if file else (folder,) if folder else ()
    return find_unions(tuple(place / name for place in near for name in ("", *_FOLDERS)))
