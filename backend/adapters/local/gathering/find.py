"""A model by what its owner calls it: `tiny`, a folder, a single file, or a hub id."""

from collections.abc import Iterable
from pathlib import Path

from backend.adapters.local.gathering.gather import gather, gather_folder
from backend.adapters.local.machine import checkpoint
from backend.adapters.local.machine.checkpoint import Checkpoint


def find(model: str, places: Iterable[Path] = ()) -> Checkpoint | None:
    """Find a model; None where the text is none of these.

    `places` are folders in which the other parts of a single file are looked for. Raises `BadFile` with a sentence for
    a file, or a folder of files, that is no Z-Image model.
    """
    path = Path(model).expanduser() if model else None
    if path and path.is_file():
        return gather(path.resolve(), places)
    if path and path.is_dir() and not (path / "model_index.json").exists() and model != "tiny":
        return gather_folder(path.resolve(), places) or checkpoint.find(model)
    return checkpoint.find(model)
