"""Whether changes go with weights as they are stored: in full, in fp8, or packed."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from backend.adapters.local.loras.changes import Change
from backend.adapters.local.loras.differences import Differences
from backend.adapters.local.loras.layout import KINDS, Kind
from backend.adapters.local.loras.refusals import not_stored, not_whole

OF_FULL: frozenset[Kind] = frozenset({"dora", "difference"})
"""What needs the numbers of the weights themselves."""
OF_UNPACKED: frozenset[Kind] = frozenset({"dora", "difference", "lokr", "loha"})
"""What PEFT (0.21) lays out by the shape of the stored weights."""


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
            raise not_stored(path, KINDS[change.kind], "full" if change.kind in OF_FULL else "full or fp8")
