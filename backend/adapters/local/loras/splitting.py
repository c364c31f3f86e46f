"""The matrices of a change: what size they come to, and how one for queries, keys and values is shared out."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from backend.adapters.local.loras.names import Shape

if TYPE_CHECKING:
    from torch import Tensor

    Tensors = Mapping[str, Tensor]

_PRODUCTS = (("A", "B"), ("w1_b", "w1_a"), ("w2_b", "w2_a"), ("h1_b", "h1_a"), ("h2_b", "h2_a"))
_OF_ROWS = ("B", "magnitude", "h1_a", "h2_a", "weight", "bias")
"""What has a row for each row of the weights."""


def delta(tensors: "Tensors") -> "Tensor":
    """Return what is added to the weights at full strength, DoRA's before its magnitudes."""
    import torch

    whole = {**tensors}
    for right, left in _PRODUCTS:
        if left in tensors:
            whole[_product(left)] = tensors[left] @ tensors[right]
    if "w1" in whole:
        return torch.kron(whole["w1"], whole["w2"])
    if "h1" in whole:
        return whole["h1"] * whole["h2"]
    return next(whole[part] for part in ("BA", "weight", "bias") if part in whole)


def delta_shape(tensors: "Tensors") -> Shape | None:
    """Return the size of what is added, or None where the matrices don't go with one another."""
    if "weight" in tensors or "bias" in tensors:
        return tuple(next(iter(tensors.values())).shape)
    if any(tensor.ndim != 2 for part, tensor in tensors.items() if part != "magnitude"):
        return None
    sides: dict[str, Shape] = {part: tuple(tensor.shape) for part, tensor in tensors.items()}
    for right, left in _PRODUCTS:
        if left in sides:
            (rows, rank), (same, columns) = sides[left], sides[right]
            if rank != same or not rank:
                return None
            sides[_product(left)] = (rows, columns)
    if "w1" in sides:
        return sides["w1"][0] * sides["w2"][0], sides["w1"][1] * sides["w2"][1]
    if "h1" in sides:
        return sides["h1"] if sides["h1"] == sides["h2"] else None
    return sides["BA"]


def shares(tensors: "Tensors", rows: Sequence[int]) -> "list[dict[str, Tensor]] | None":
    """Return a change's shares of so many rows each; None where it can't be divided there.

    A Kronecker product is divided between the rows of its first factor alone.
    """
    if len(rows) == 1:
        return [dict(tensors)]
    second = next((tensors[part].shape[0] for part in ("w2", "w2_a") if part in tensors), 1)
    if any(count % second for count in rows):
        return None
    found: list[dict[str, Tensor]] = [dict(tensors) for _ in rows]
    for part in ("w1" if "w1" in tensors else "w1_a", *_OF_ROWS):
        if part in tensors:
            each = second if part.startswith("w1") else 1
            for share, own in zip(found, tensors[part].split([count // each for count in rows]), strict=True):
                share[part] = own.contiguous()
    return found


def _product(left: str) -> str:
    return "BA" if left == "B" else left.partition("_")[0]
