"""The scales beside fp8 weights: which a file has, and what else says how its numbers are meant."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backend.adapters.local.weights.header import BadFile, Header, Tensor

SCALE_NAMES = ("scale_weight", "weight_scale")
"""Beside `weight`, which is multiplied by it: ComfyUI's older name, and that of comfy-kitchen and Kijai."""
MARK = "comfy_quant"
"""JSON as bytes beside a layer's weight, in which ComfyUI says how it is stored (`comfy/ops.py`, comfy-kitchen)."""
FLAG = "scaled_fp8"
"""An empty tensor of a whole file, by which ComfyUI knows that scales lie in it."""
UNUSED = ("scale_input", "input_scale", MARK, *SCALE_NAMES)
"""What lies beside a weight and isn't one. The inputs' scales serve kernels that compute in fp8, which aren't used."""
_FORMATS = frozenset({"float8_e4m3fn", "float8_e5m2"})
_MOST_MARK = 4096


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale of a weight, by its name in the file: one number, or one of each row."""

    name: str
    by_row: bool


def scale_of(header: Header, weight: str) -> Scale | None:
    """Return what a weight is multiplied by, None where it is stored as it is; raise `BadFile` for scales of blocks."""
    if not weight.endswith("weight"):
        return None
    beginning = weight.removesuffix("weight")
    found = [beginning + name for name in SCALE_NAMES if beginning + name in header.tensors]
    if not found:
        return None
    rows, numbers = header.tensors[weight].shape[:1], _count(header.tensors[found[0]])
    if len(found) > 1 or numbers not in {1, *rows}:
        raise BadFile(
            f"{header.path.name} has {numbers} scales for {weight}, which has {rows[0] if rows else 1} rows: the "
            "playground reads one of a matrix or one of a row. Get the bf16 or fp8 file of the same model."
        )
    return Scale(found[0], by_row=numbers > 1)


def check_formats(header: Header, prefix: str) -> None:
    """Raise `BadFile` where a layer is stored in a way that the playground can't undo, naming it."""
    for name, form in _marks(header, prefix):
        if form not in _FORMATS:
            layer = name.removeprefix(prefix).removesuffix(f".{MARK}")
            raise BadFile(
                f"{header.path.name} keeps {layer} in {form[:40]!r}, which the playground doesn't read: get the bf16, "
                "fp8 or GGUF file of the same model."
            )
    for name in header.tensors:
        beginning, _, last = name.rpartition(".")
        if last in SCALE_NAMES and name.startswith(prefix) and f"{beginning}.weight" not in header.tensors:
            raise BadFile(f"{header.path.name} has {name} without the weight that it scales: get the whole file.")
    for name, tensor in header.tensors.items():
        packed = tensor.dtype in ("U8", "I8", "F4") and name.endswith(".weight") and name.startswith(prefix)
        if packed and header.form == "safetensors":
            raise BadFile(
                f"{header.path.name} keeps {name.removeprefix(prefix)} as packed {tensor.dtype} numbers, which the "
                "playground doesn't read: get the bf16, fp8 or GGUF file of the same model."
            )


def besides(name: str) -> bool:
    """Return whether a tensor says how others are meant, and is no weight itself."""
    last = name.rpartition(".")[2]
    return last in UNUSED or last == FLAG


def _marks(header: Header, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield the layers that say how they are stored, with the format."""
    marked = [name for name in header.tensors if name.endswith(f".{MARK}") and name.startswith(prefix)]
    with header.path.open("rb") as file:
        for name in marked:
            entry = header.tensors[name]
            file.seek(entry.begin)
            yield name, _format(file.read(min(entry.bytes, _MOST_MARK)))


def _format(text: bytes) -> str:
    try:
        said = json.loads(text)
    except ValueError:
        return "an unknown format"
    if not isinstance(said, Mapping):
        return "an unknown format"
    turned = " with turned rows" if said.get("convrot") else ""
    return f"{said.get('format', 'an unknown format')}{turned}"


def _count(tensor: Tensor) -> int:
    numbers = 1
    for side in tensor.shape:
        numbers *= side
    return numbers


def has_scales(header: Header) -> bool:
    """Return whether a file's weights are multiplied by scales that lie beside them."""
    return any(name.endswith(SCALE_NAMES) for name in header.tensors)
