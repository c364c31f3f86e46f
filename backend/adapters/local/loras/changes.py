"""The changes that a LoRA file makes to a model's weights, in one form whatever its layout: nothing is left out.

Formulas: LoRA B·A, LoKr w1 ⊗ w2, LoHa (w1_a·w1_b) ∘ (w2_a·w2_b), each times alpha/rank, and DoRA
m·(W + B·A)/‖W + B·A‖ by rows (LyCORIS 4.1.3, `lycoris/modules/`; https://arxiv.org/abs/2402.09353).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from backend.adapters.local.loras.alphas import Alphas, alphas_of
from backend.adapters.local.loras.layout import Kind, Piece, lay_out
from backend.adapters.local.loras.names import Names, Place
from backend.adapters.local.loras.refusals import misfit, no_layer, not_whole, two_of_one
from backend.adapters.local.loras.splitting import delta, delta_shape, shares
from backend.adapters.local.weights.header import BadFile, Header
from backend.adapters.local.weights.reading import read_header
from backend.domain.errors import Problem, Unsupported

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one place's weights: `tensors` by their parts as in `layout`, in fp32, alpha multiplied in.

    `keys` are the file's own names of them.
    """

    kind: Kind
    place: Place
    tensors: "Mapping[str, Tensor]"
    keys: tuple[str, ...]


def read_changes(path: Path, names: Names) -> tuple[Change, ...]:
    """Read a LoRA file for a model; raise `Unsupported` with the names where a tensor of it means nothing there."""
    from safetensors import safe_open

    header = header_of(path)
    layout, alphas = lay_out(header.tensors), alphas_of(header)
    places = [(piece, names.find(piece.module)) for piece in layout.pieces]
    unused = [*layout.unused, *(key for piece, found in places if not found for key in piece.keys.values())]
    if len(unused) == len(header.tensors):
        raise no_layer(path, unused)
    if unused:
        raise not_whole(path, unused)
    made: list[Change] = []
    with safe_open(path, framework="pt") as file:
        for piece, found in places:
            tensors = {part: file.get_tensor(key) for part, key in piece.keys.items()}
            made += _changes(path, piece, found, tensors, alphas)
    return tuple(_each_once(path, made))


def header_of(path: Path) -> Header:
    """Return a file's header; raise `Unsupported` where it has none that can be trusted."""
    try:
        return read_header(path)
    except BadFile as error:
        raise Unsupported([Problem("loras", str(error))]) from error


def _changes(
    path: Path, piece: Piece, places: tuple[Place, ...], tensors: "Mapping[str, Tensor]", alphas: Alphas
) -> Iterator[Change]:
    keys = tuple(piece.keys.values())
    if any(_is_useless(piece.kind, places[0], part, tensor) for part, tensor in tensors.items()):
        raise not_whole(path, keys)
    whole = _scaled(places[0], tensors, alphas)
    rows = [place.shape[0] for place in places]
    found, wanted = delta_shape(whole), (sum(rows), *places[0].shape[1:])[: 1 if "bias" in whole else None]
    if found != wanted:
        raise misfit(path, piece.module, found, wanted)
    if "magnitude" in whole and tuple(whole["magnitude"].shape) not in ((sum(rows),), (sum(rows), 1)):
        raise not_whole(path, [piece.keys["magnitude"]])
    shared = shares(whole, rows)
    if shared is None:
        raise not_whole(path, keys)
    for place, own in zip(places, shared, strict=True):
        yield Change(piece.kind, place, own, keys)


def _is_useless(kind: Kind, place: Place, part: str, tensor: "Tensor") -> bool:
    """Whether a tensor can't be what its name says: numbers of another kind, or factors for what is no matrix."""
    if part == "alpha":
        return tensor.numel() != 1
    return not (tensor.is_floating_point() and tensor.ndim) or not (place.linear or kind == "difference")


def _scaled(place: Place, tensors: "Mapping[str, Tensor]", alphas: Alphas) -> "dict[str, Tensor]":
    """Return the tensors in fp32 with the change's strength multiplied into one of them."""
    found = {part: tensor.float() for part, tensor in tensors.items() if part != "alpha"}
    rank = next((found[part].shape[0] for part in ("A", "h1_b", "w2_b", "w1_b") if part in found), 0)
    if "alpha" not in tensors:
        scale = alphas.scale(place.component, place.path, rank)
    else:  # LyCORIS: a Kronecker product of two whole matrices has no rank, and so no alpha that counts.
        scale = float(tensors["alpha"]) / rank if rank else 1.0
    for part in ("B", "w1", "w1_a", "h1_a"):
        if part in found:
            found[part] = found[part] * scale
            break
    return found


def _each_once(path: Path, changes: Iterable[Change]) -> Iterator[Change]:
    """Leave out what a file says again under another name; raise `Unsupported` where it says something else."""
    known: dict[tuple[Kind, Place, bool], Change] = {}
    for change in changes:
        key = (change.kind, change.place, "bias" in change.tensors)
        before = known.setdefault(key, change)
        if before is change:
            yield change
        elif not _are_same(before, change):
            raise two_of_one(path, (*before.keys, *change.keys))


def _are_same(one: Change, other: Change) -> bool:
    pairs = [(delta(one.tensors), delta(other.tensors))]
    if one.kind == "dora":
        pairs.append((one.tensors["magnitude"].flatten(), other.tensors["magnitude"].flatten()))
    return all(bool(this.allclose(that, rtol=1e-3, atol=1e-6)) for this, that in pairs)
