"""Where a Z-Image model lies: in the project, in a folder, or in the cache of the Hugging Face hub."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import try_to_load_from_cache

EMBEDDED = Path(__file__).parents[4] / "presets" / "tiny"
REAL = "Tongyi-MAI/Z-Image-Turbo"
REAL_BYTES = 33_000_000_000
"""What the hub's files of `REAL` weigh: 32.6 GB and its small ones (the transformer is in fp32 there)."""
COMPONENTS = ("transformer", "text_encoder", "vae")

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_INDEXES = ("diffusion_pytorch_model.safetensors.index.json", "model.safetensors.index.json")
_WEIGHTS = ("diffusion_pytorch_model.safetensors", "model.safetensors")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model by name; `folder` is None while it has to be downloaded from `repo`."""

    name: str
    folder: Path | None = None
    repo: str | None = None

    @property
    def embedded(self) -> bool:
        """Whether it is the small model that ships with the project."""
        return self.folder == EMBEDDED

    def world(self) -> dict[str, Any]:
        """Return what the embedded model says of itself (`world.json`: sizes, words, scores); empty for others."""
        path = self.folder / "world.json" if self.folder else None
        return json.loads(path.read_text()) if path and path.exists() else {}

    def lacking(self) -> tuple[str, ...]:
        """Name the files that are missing from the folder; a model without any can be loaded."""
        return tuple(_lacking(self.folder)) if self.folder else ("model_index.json",)


def find(model: str) -> Checkpoint | None:
    """Find a model by `tiny`, a folder or a hub id; None where the text is neither of them."""
    folder = Path(model).expanduser()
    if model == "tiny":
        return Checkpoint("the small embedded model", EMBEDDED)
    if model and folder.is_dir():
        return Checkpoint(folder.name, folder.resolve())
    if _HUB_ID.fullmatch(model):
        return Checkpoint(model.partition("/")[2], cached(model), model)
    return None


def cached(repo: str) -> Path | None:
    """Return the folder of the hub's cache in which the model lies whole, or None."""
    index = try_to_load_from_cache(repo, "model_index.json")
    if not isinstance(index, str):
        return None
    folder = Path(index).parent
    return folder if not any(_lacking(folder)) else None


def _lacking(folder: Path) -> Iterator[str]:
    if not (folder / "model_index.json").exists():
        yield "model_index.json"
    if not (folder / "tokenizer").is_dir():
        yield "tokenizer"
    for name in COMPONENTS:
        yield from (f"{name}/{file}" for file in _lacking_of(folder / name))


def _lacking_of(component: Path) -> Iterator[str]:
    if not (component / "config.json").exists():
        yield "config.json"
    for name in _INDEXES:
        if (component / name).exists():
            files = set(json.loads((component / name).read_text())["weight_map"].values())
            yield from (file for file in sorted(files) if not (component / file).exists())
            return
    if not any((component / name).exists() for name in _WEIGHTS):
        yield "the weights (.safetensors)"


def size_of(folder: Path) -> int:
    """Return the bytes of the weights in a folder."""
    return sum(path.stat().st_size for path in folder.glob("*.safetensors"))
