"""What the header of a file of weights says: its tensors, where each lies, and its metadata."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

MOST_TENSORS = 20_000
"""Of a file; SDXL with everything inside has 2500."""
MOST_DIMENSIONS = 16
_MOST_NAME = 1024
_WRONG = re.compile(r"\.\.|[\x00-\x1f\\]|^/")


class BadFile(ValueError):
    """A file isn't what its ending says, or is broken; the message is a sentence fit for a visitor."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor by its type as the format spells it (`BF16`, `F8_E4M3`, `Q4_K`), its shape as torch has it, its bytes.

    `begin` and `end` are offsets from the start of the file.
    """

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int

    @property
    def bytes(self) -> int:
        """Return how much of the file it takes."""
        return self.end - self.begin


@dataclass(frozen=True, slots=True)
class Many:
    """An array in a GGUF file's metadata that is too long to be kept."""

    count: int


Value = str | int | float | bool | tuple[int | float | bool, ...] | Many


@dataclass(frozen=True, slots=True)
class Header:
    """A file's tensors by name, in the file's order, and its metadata."""

    path: Path
    form: Literal["safetensors", "gguf"]
    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, Value] = field(default_factory=dict)


def check_name(path: Path, name: str) -> None:
    """Raise `BadFile` for a tensor's name that could be taken for a place outside of the model."""
    if len(name) > _MOST_NAME or _WRONG.search(name):
        shown = name[:60].encode("unicode_escape").decode()
        raise BadFile(f"{path.name} has a tensor with the name “{shown}”, which no model has: don't use this file.")


def check_places(path: Path, tensors: Mapping[str, Tensor], size: int) -> None:
    """Raise `BadFile` where a tensor lies beyond the end of the file or over another one; `size` is the file's."""
    behind = 0
    for name, tensor in sorted(tensors.items(), key=lambda item: (item[1].begin, item[1].end)):
        if tensor.end > size:
            raise BadFile(
                f"{path.name} is cut off: {name} ends at byte {tensor.end:,} and the file at {size:,}. Fetch it again."
            )
        if tensor.begin < behind:
            raise BadFile(f"{path.name} is broken: {name} lies over another tensor. Fetch it again.")
        behind = tensor.end
