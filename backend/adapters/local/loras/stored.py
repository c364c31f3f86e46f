"""Whether changes go with weights as they are stored: in full, in fp8, or packed."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from backend.adapters.local.loras.changes import Change, header_of
from backend.adapters.local.loras.differences import Differences
from backend.adapters.local.loras.layout import KINDS, Kind, lay_out
from backend.adapters.local.loras.refusals import not_stored, not_whole

_PACKED = ("gguf", "nf4", "torchao int8", "torchao fp8")
_FULL = ("auto", "full")
OF_FULL: frozenset[Kind] = frozenset({"dora", "difference"})
"""What needs the numbers of the weights themselves."""
OF_UNPACKED: frozenset[Kind] = frozenset({"dora", "difference", "lokr", "loha"})
"""What PEFT (0.21) lays out by the shape of the stored weights."""


def refused_as(path: Path, weights: str) -> str | None:
    """Say why a file can't be used on weights that are stored as was chosen, before a model is loaded; else None."""
    kinds = lay_out(header_of(path).tensors).kinds
    against = OF_UNPACKED if weights in _PACKED else frozenset() if weights in _FULL else OF_FULL
    found = next((kind for kind in KINDS if kind in kinds & (against - {"difference"})), None)
    return found and not_stored(path, KINDS[found], instead_of(found)).problems[0].message


def instead_of(kind: Kind) -> str:
    """Return the weights to choose instead."""
    return "full" if kind in OF_FULL else "full or fp8"


def check_stored(path: Path, pipe: Any, changes: Iterable[Change], differences: Differences) -> None:
    """Raise `Unsupported` where a change can't act on weights that are stored as these are."""
    from torch import Tensor

    for change in changes:
        if change.kind == "difference":
            if not differences.fits(change):
                raise not_whole(path, change.keys)
            continue
        weights = getattr(pipe, change.place.component).get_submodule(change.place.path).weight
        # torchao's have the shape of full ones, and are none of torch's own tensors.
        packed = tuple(weights.shape) != change.place.shape or type(weights.data) is not Tensor
        small = packed or weights.element_size() < 2
        if change.kind in (OF_UNPACKED if packed else OF_FULL if small else ()):
            raise not_stored(path, KINDS[change.kind], instead_of(change.kind))
