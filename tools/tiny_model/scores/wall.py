"""The wall: what the packed model draws of some words, for the page to show where its results will be."""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from backend.adapters.local.load import load
from backend.adapters.local.machine.checkpoint import WALL, find
from backend.images.storage.files import ImageFiles
from tools.tiny_model.scores.modes import NONE, Studio

CHOSEN = (
    ("a fox in the snow", 23),
    ("a boat on the sea at night with the moon and stars", 7),
    ("an orange fish under water", 11),
    ("a castle on the grass at sunset", 7),
    ("a red house and a tree on the grass, sun and mountains", 23),
    ("fruit on a table", 11),
    ("an orange fox on a purple background, ink drawing", 11),
    ("a pink flower on a cyan background, paper cut", 11),
    ("一只橙色的猫，绿色背景", 7),
)
"""Prompts of its own examples, with seeds that show them well."""
WEIGHTS = "transformer/diffusion_pytorch_model.safetensors"


def draw_wall(model: Path) -> None:
    """Draw the chosen words at the model's usual size, and write pictures and `wall.json` beside it."""
    checkpoint = find(str(model))
    if checkpoint is None:
        raise FileNotFoundError(f"{model} is no folder of a model")
    told = model / WALL
    told.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        studio = Studio(load(checkpoint, NONE, lambda *_: None), checkpoint, ImageFiles(Path(place)))
        wall = {"weights": weights(model), "drawn": list(_drawn(studio, told.parent))}
    told.write_text(json.dumps(wall, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def weights(model: Path) -> str:
    """Return the sha256 of the weights that draw."""
    return hashlib.sha256((model / WEIGHTS).read_bytes()).hexdigest()


def _drawn(studio: Studio, folder: Path) -> Iterator[dict[str, object]]:
    for number, (prompt, seed) in enumerate(CHOSEN, 1):
        name = f"{number}.webp"
        studio.drawn(prompt, seed).save(folder / name, "WEBP", quality=80, method=6)
        yield {"prompt": prompt, "seed": seed, "picture": name}
