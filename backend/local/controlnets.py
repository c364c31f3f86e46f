"""Which ControlNet goes with a checkpoint: the one in its folder, or a Union of the hub for the real model."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.local.checkpoint import Checkpoint
from backend.local.extras import Extras

if TYPE_CHECKING:
    from torch import dtype

CONFIGS = Path(__file__).parents[2] / "presets" / "controlnets"
"""Diffusers would guess a file's version and ask the network for its configuration; it takes lite for version 1."""
UNIONS = {"union": "union-2.1", "union_lite": "union-2.1-lite"}
"""Extras and the folders of their configurations, the better one first."""


@dataclass(frozen=True, slots=True)
class ControlNetSource:
    """Weights of a ControlNet: a folder of diffusers, or one file with the folder of its configuration."""

    path: Path
    config: Path | None = None


def find_controlnet(checkpoint: Checkpoint, extras: Extras) -> ControlNetSource | None:
    """Return the ControlNet for a checkpoint, or None where none is here."""
    own = checkpoint.folder / "controlnet" if checkpoint.folder else None
    if own and (own / "config.json").exists():
        return ControlNetSource(own)
    if checkpoint.embedded:
        return None
    for name, config in UNIONS.items():
        file = extras.file(name)
        if file:
            return ControlNetSource(file, CONFIGS / config)
    return None


def load_controlnet(source: ControlNetSource, kind: "dtype", device: str) -> Any:
    """Load a ControlNet, offline."""
    from diffusers import ZImageControlNetModel

    if source.config is None:
        loaded = ZImageControlNetModel.from_pretrained(source.path, dtype=kind, local_files_only=True)
    else:
        loaded = ZImageControlNetModel.from_single_file(
            str(source.path), config=str(source.config), torch_dtype=kind, local_files_only=True
        )
    return loaded.to(device)
