"""The model's parts as they are read from disk: in full, or quantised on the way."""

import importlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.adapters.local.machine.checkpoint import Checkpoint, size_of
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.machine.memory import Kept
from backend.domain.errors import NotReady

if TYPE_CHECKING:
    from torch import dtype

_IN_4_BITS = ("transformer", "text_encoder")


def find_gguf(checkpoint: Checkpoint, extras: Extras) -> Path | None:
    """Return the transformer as a GGUF file: the one in the checkpoint's folder, or the hub's for the real model."""
    own = sorted(checkpoint.folder.glob("*.gguf")) if checkpoint.folder else []
    if own:
        return own[0]
    return None if checkpoint.embedded else extras.file("gguf")


def lacking_gguf(checkpoint: Checkpoint, extras: Extras) -> str | None:
    """Say how to get the transformer as a GGUF file; None where it is here."""
    if find_gguf(checkpoint, extras):
        return None
    if checkpoint.embedded:
        return "The small embedded model has no such file; choose full or fp8."
    return extras.lacking("gguf")


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

    def size(self, name: str) -> int:
        """Return the bytes that are read for a part."""
        file = self._gguf_of(name)
        return file.stat().st_size if file else size_of(self.folder / name)

    def load(self, name: str) -> Any:
        """Read a part; raise `NotReady` where it can't be."""
        found, file = self._class_of(name), self._gguf_of(name)
        common = {"subfolder": name, "local_files_only": True}
        if file:
            return found.from_single_file(str(file), config=str(self.folder), **common, **self._unpacking())
        packed = self._packing(name) if self.weights == "nf4" and name in _IN_4_BITS else {}
        return found.from_pretrained(self.folder, dtype=self.kind, **common, **packed)

    def _gguf_of(self, name: str) -> Path | None:
        if self.weights != "gguf" or name != "transformer":
            return None
        if self.gguf is None:
            raise NotReady(f"{self.checkpoint.name} has no GGUF file on this machine: choose other weights.")
        return self.gguf

    def _unpacking(self) -> dict[str, Any]:
        from diffusers import GGUFQuantizationConfig

        return {"quantization_config": GGUFQuantizationConfig(compute_dtype=self.kind), "torch_dtype": self.kind}

    def _packing(self, name: str) -> dict[str, Any]:
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
