"""A file of weights of any kind, by its first bytes."""

import math
from pathlib import Path

from backend.adapters.local.weights.gguf_header import MAGIC, read_gguf
from backend.adapters.local.weights.header import BadFile, Header
from backend.adapters.local.weights.safetensors_header import read_safetensors

ENDINGS = frozenset({".safetensors", ".sft", ".gguf"})
"""Of files that hold numbers alone."""
PICKLES = frozenset({".ckpt", ".pt", ".pth", ".bin", ".pkl"})
"""Of files that may run code while they are read, and are refused."""
_ZIP, _PICKLE = b"PK\x03\x04", b"\x80"


def read_header(path: Path) -> Header:
    """Return what a file of weights holds, from its header alone; raise `BadFile` with a sentence.

    Nothing in a file is run: pickles are refused by their first bytes, whatever the file is called.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if start == MAGIC:
            return read_gguf(path)
        if start == _ZIP or (start[:1] == _PICKLE and path.suffix.lower() in PICKLES):
            raise BadFile(
                f"{path.name} is a pickle, which can run a stranger's code while it is read: get the .safetensors file "
                "of the same model."
            )
        return read_safetensors(path)
    except OSError as error:
        raise BadFile(f"{path.name} can't be read: {error.strerror or type(error).__name__}.") from error


def count_parameters(place: Path) -> int:
    """Return how many numbers a file of weights holds, or all the .safetensors files of a folder."""
    files = [place] if place.is_file() else place.glob("*.safetensors")
    return sum(math.prod(tensor.shape) for file in files for tensor in read_header(file).tensors.values())
