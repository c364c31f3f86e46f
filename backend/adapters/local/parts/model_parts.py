"""The model's parts as they are read from disk: in full, or quantised on the way."""

import importlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.adapters.local.machine.checkpoint import REAL, Checkpoint, Source
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.machine.memory import Kept
from backend.adapters.local.parts.building import build, fitted, read_by_library
from backend.adapters.local.parts.load_faults import check_package, told
from backend.adapters.local.parts.tokenizer import read_tokenizer
from backend.adapters.local.weights.header import BadFile, Tensor
from backend.adapters.local.weights.reading import read_header
from backend.adapters.local.weights.recognise import Z_IMAGE, recognise
from backend.adapters.local.weights.scales import besides
from backend.adapters.local.weights.signs import Part
from backend.domain.errors import NotReady

if TYPE_CHECKING:
    from torch import dtype

_IN_4_BITS = ("transformer", "text_encoder")


def find_gguf(checkpoint: Checkpoint, extras: Extras) -> Path | None:
    """Return the transformer as a GGUF file: the model's own, one in its folder, or the hub's for the real model.

    Which of several is a transformer, and no text encoder, its tensors tell.
    """
    if checkpoint.file and checkpoint.file.suffix.lower() == ".gguf":
        return checkpoint.file
    near = checkpoint.file.parent if checkpoint.file else checkpoint.folder
    own = [path for path in sorted(near.glob("*.gguf")) if _is_transformer(path)] if near else []
    if own:
        return own[0]
    # The hub's file is Z-Image-Turbo itself: for another checkpoint it would draw in that one's name.
    return extras.file("gguf") if checkpoint.repo == REAL else None


def lacking_gguf(checkpoint: Checkpoint, extras: Extras) -> str | None:
    """Say how to get the transformer as a GGUF file; None where it is here."""
    if find_gguf(checkpoint, extras):
        return None
    if checkpoint.embedded:
        return "The small embedded model has no such file; choose full or fp8."
    if checkpoint.repo != REAL:
        return f"{checkpoint.name} has no such file in its folder; choose full or fp8."
    return extras.lacking("gguf")


def _is_transformer(path: Path) -> bool:
    try:
        seen = recognise(read_header(path))
    except BadFile:
        return False
    return (seen.role, seen.architecture) == ("transformer", Z_IMAGE)


@dataclass(frozen=True, slots=True)
class Parts:
    """A checkpoint's parts in a precision, kept as `weights` says; the GGUF file is needed for that choice alone."""

    checkpoint: Checkpoint
    kind: "dtype"
    weights: Kept = "full"
    gguf: Path | None = None

    @property
    def folder(self) -> Path:
        """Return the checkpoint's folder."""
        assert self.checkpoint.folder is not None
        return self.checkpoint.folder

    def size(self, name: Part) -> int:
        """Return the bytes that are read for a part."""
        return sum(tensor.bytes for tensor in _tensors(self._source(name)))

    def numbers(self, name: Part) -> int:
        """Return how many numbers a part has."""
        return sum(math.prod(tensor.shape) for tensor in _tensors(self._source(name)))

    def load(self, name: Part) -> Any:
        """Read a part; raise `NotReady` where it can't be, or where a tensor of it would be left out."""
        source, common = self._source(name), {"dtype": self.kind, "local_files_only": True}
        with told(f"The {name.replace('_', ' ')} of {self.checkpoint.name}"):
            found = self._class_of(name)
            if check_package(source.config):  # Such numbers are for the library alone that stored them.
                return found.from_pretrained(source.config, **common)
            headers = tuple(read_header(file) for file in source.files)
            fitting, packing = fitted(found, source, headers, name), self._packing(name)
            if read_by_library(source, headers, name):
                return found.from_pretrained(source.config, **common, **packing)
            return build(found, source, fitting, self.kind, **packing)

    def tokenizer(self) -> dict[str, Any]:
        """Return the tokenizer by its name in a pipeline, where it lies elsewhere than in the model's folder."""
        place = self.checkpoint.tokenizer
        if place is None:
            return {}
        with told(f"The tokenizer of {self.checkpoint.name}"):
            return {"tokenizer": read_tokenizer(place, self.folder)}

    def _source(self, name: str) -> Source:
        source = self.checkpoint.source(name)
        if self.weights != "gguf" or name != "transformer":
            return source
        if self.gguf is None:
            raise NotReady(f"{self.checkpoint.name} has no GGUF file on this machine: choose other weights.")
        if source.file == self.gguf:
            return source
        return Source(source.config, self.gguf, recognise(read_header(self.gguf)).parts.get("transformer", ""))

    def _packing(self, name: str) -> dict[str, Any]:
        if self.weights == "gguf" and name == "transformer":
            from diffusers import GGUFQuantizationConfig

            return {"quantization_config": GGUFQuantizationConfig(compute_dtype=self.kind)}
        if self.weights != "nf4" or name not in _IN_4_BITS:
            return {}
        library, _ = self._origin(name)
        config = importlib.import_module(library).BitsAndBytesConfig
        packing = config(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=self.kind)
        return {"quantization_config": packing}

    def _class_of(self, name: str) -> Any:
        library, class_name = self._origin(name)
        if library not in ("diffusers", "transformers"):
            raise NotReady(f"The model's {name} comes from {library}, which the playground doesn't load.")
        return getattr(importlib.import_module(library), class_name)

    def _origin(self, name: str) -> tuple[str, str]:
        library, class_name = json.loads((self.folder / "model_index.json").read_text())[name]
        return library, class_name


def _tensors(source: Source) -> Iterator[Tensor]:
    """Yield the tensors of a part, without what is said of how they are stored."""
    for file in source.files:
        for name, tensor in read_header(file).tensors.items():
            if name.startswith(source.prefix) and not besides(name):
                yield tensor
