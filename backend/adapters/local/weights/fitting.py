"""Whether every tensor of a file has its place in a model, seen before anything is read."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from backend.adapters.local.weights.header import BadFile, Header
from backend.adapters.local.weights.scales import besides, check_formats
from backend.adapters.local.weights.tensors import read_tensors, unpackable

if TYPE_CHECKING:
    import torch

_SHOWN = 3
_WITHOUT_EFFECT = re.compile(
    r"norm_final\.weight$"  # Z-Image's code has it and never calls it; diffusers leaves it out too
    r"|lm_head\."  # only for the next word; the pipeline reads what lies before it
    r"|rotary_emb\.inv_freq$"  # computed anew from the configuration
)
"""Tensors that some writers keep and that change nothing."""
Convert = Callable[[dict[str, Any]], dict[str, Any]]
"""Gives tensors the names that the model has for them, splitting what is stored as one; keeps their storage."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A part that fits `model`, a module without numbers: its tensors by name, and which may stay GGUF's blocks."""

    headers: tuple[Header, ...]
    prefix: str
    model: Any
    convert: Convert
    shapes: Mapping[str, tuple[int, ...]]
    packed: frozenset[str]

    def read(self, kind: "torch.dtype", *, keep_blocks: bool = False) -> dict[str, Any]:
        """Return the model's tensors by its own names, in `kind`."""
        packed = self.packed if keep_blocks else frozenset()
        stored: dict[str, Any] = {}
        for header in self.headers:
            names = {name: name.removeprefix(self.prefix) for name in _weights(header, self.prefix)}
            stored |= read_tensors(header, names, kind, packed)
        found = self.convert(stored)
        return {name: _shaped(found[name], shape) for name, shape in self.shapes.items()}


def fit(headers: tuple[Header, ...], prefix: str, model: Any, convert: Convert) -> Fit:
    """Return how the tensors of files that begin with `prefix` become those of `model`, a module without numbers.

    Raises `BadFile` that names what is left over, lacking, of another shape, or stored in a way that can't be read.
    """
    for header in headers:
        check_formats(header, prefix)
    header = _together(headers)
    shapes = {name: tuple(each.shape) for name, each in model.state_dict().items()}
    stand_ins = {name: _stand_in(_shape(header, name)) for name in _weights(header, prefix)}
    found = convert({name.removeprefix(prefix): each for name, each in stand_ins.items()})
    came_from = {_place(each): name for name, each in stand_ins.items()}
    placed = {name: came_from[_place(each)] for name, each in found.items() if name in shapes}
    _check_names(header, stand_ins.keys() - set(placed.values()), shapes.keys() - placed.keys())
    _check_shapes(header, {name: tuple(found[name].shape) for name in shapes}, shapes)
    return Fit(headers, prefix, model, convert, shapes, _blocks(header, placed, model))


def _together(headers: tuple[Header, ...]) -> Header:
    """Return one header of all shards; their tensors' places are each in its own file."""
    tensors = {name: tensor for header in headers for name, tensor in header.tensors.items()}
    return replace(headers[0], tensors=tensors)


def _weights(header: Header, prefix: str) -> Iterable[str]:
    return (name for name in header.tensors if name.startswith(prefix) and not besides(name))


def _shape(header: Header, name: str) -> tuple[int, ...]:
    """Return a tensor's shape; ComfyUI-GGUF notes that of one which it laid out anew."""
    noted = header.metadata.get(f"comfy.gguf.orig_shape.{name}")
    return tuple(int(side) for side in noted) if isinstance(noted, tuple) else header.tensors[name].shape


def _stand_in(shape: tuple[int, ...]) -> Any:
    """Return a tensor of this shape that takes no memory and is known again by its storage."""
    import torch

    return torch.empty(1).expand(shape)


def _place(tensor: Any) -> int:
    place: int = tensor.untyped_storage().data_ptr()
    return place


def _check_names(header: Header, left: Iterable[str], lacking: Iterable[str]) -> None:
    unused = sorted(name for name in left if not _WITHOUT_EFFECT.search(name))
    if lacking := sorted(lacking):
        more = f", and holds {_named(unused)} instead" if unused else ""
        raise BadFile(
            f"{header.path.name} isn't whole, or is another model: it lacks {_named(lacking)}{more}. Nothing of it was "
            "loaded; get the file of a whole Z-Image model."
        )
    if unused:
        raise BadFile(
            f"{header.path.name} holds {_named(unused)}, for which the model has no place. Nothing of it was loaded, "
            "since the picture would be another one without them."
        )


def _named(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return f"{len(names)} tensors ({shown}{' …' if len(names) > _SHOWN else ''})" if len(names) > 1 else shown


def _check_shapes(header: Header, found: Mapping[str, tuple[int, ...]], shapes: Mapping[str, tuple[int, ...]]) -> None:
    for name, shape in shapes.items():
        if _bare(found[name]) != _bare(shape):
            raise BadFile(
                f"{header.path.name} has {name} of {_sides(found[name])}, and this model needs {_sides(shape)}: it is "
                "another model, or another size of it."
            )


def _bare(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape without sides of 1, which converters add and drop as they like."""
    return tuple(side for side in shape if side != 1)


def _sides(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "one number"


def _blocks(header: Header, placed: Mapping[str, str], model: Any) -> frozenset[str]:
    """Return what can stay GGUF's blocks: the matrices of linear layers, which diffusers unpacks at each step."""
    if header.form != "gguf":
        return frozenset()
    from torch.nn import Linear

    for name in placed.values():
        if not unpackable(header.tensors[name].dtype):
            kind = header.tensors[name].dtype
            raise BadFile(f"{header.path.name} holds {kind} blocks, which diffusers can't read: get Q8_0 or Q4_K.")
    linear = {f"{name}.weight" for name, module in model.named_modules() if isinstance(module, Linear)}
    others = {stored for name, stored in placed.items() if name not in linear}
    return frozenset(
        stored
        for stored in placed.values()
        if stored not in others and _shape(header, stored) == header.tensors[stored].shape
    )


def _shaped(tensor: Any, shape: tuple[int, ...]) -> Any:
    # What diffusers unpacks at each step has its shape in bytes.
    return tensor if hasattr(tensor, "quant_type") else tensor.reshape(shape)
