"""The wall: what the packed model draws of some words, and of those pictures: for the page, before any result."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from backend.adapters.local.load import load
from backend.adapters.local.machine.checkpoint import WALL, find
from backend.domain.requests import Mode, parse_request
from backend.images.boxes import Box
from backend.images.storage.files import ImageFiles
from tools.tiny_model.scores.modes import NONE, Studio


@dataclass(frozen=True, slots=True)
class Again:
    """A picture that a mode makes of the chosen one of this number: by words, a seed and settings, within a box."""

    mode: Mode
    prompt: str
    seed: int
    of: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    marked: Box | None = None


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
_WIDER = {"left": 128, "right": 128, "overlap": 48, "feather": 32}
_EDGES = {"preprocess": "canny", "control_scale": 1.0, "control_end": 1.0}
AGAIN = (
    Again("image_to_image", "a red house and a tree at night with the moon and stars", 7, 5, {"strength": 0.8}),
    Again("image_to_image", "a fox in the snow, ink drawing", 11, 1, {"strength": 0.7}),
    Again("inpaint", "a fox on the grass at sunset", 11, 4, marked=(60, 50, 200, 225)),
    Again(
        "inpaint",
        "a red house and a mushroom on the grass, sun and mountains",
        7,
        5,
        {"mask_feather": 4},
        (135, 60, 240, 220),
    ),
    Again("outpaint", "a castle on the grass at sunset", 11, 4, _WIDER),
    Again("outpaint", "a boat on the sea at night with the moon and stars", 7, 2, _WIDER),
    Again("controlnet", "a yellow flower on a purple background", 7, 8, _EDGES),
    Again("controlnet", "a white cat in the snow", 11, 9, _EDGES),
)
"""What the other modes make of these."""
MOST_BYTES = 4096
"""Of a picture that another mode made."""
WEIGHTS = "transformer/diffusion_pytorch_model.safetensors"


def draw_wall(model: Path) -> None:
    """Draw the chosen words at the model's usual size, and what is made of that; write pictures and `wall.json`."""
    checkpoint = find(str(model))
    if checkpoint is None:
        raise FileNotFoundError(f"{model} is no folder of a model")
    told = model / WALL
    told.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        studio = Studio(load(checkpoint, NONE, lambda *_: None), checkpoint, ImageFiles(Path(place)))
        drawn = [*_drawn(studio, told.parent), *_again(studio, told.parent)]
        wall = {"weights": weights(model), "drawn": drawn}
    told.write_text(json.dumps(wall, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def weights(model: Path) -> str:
    """Return the sha256 of the weights that draw."""
    return hashlib.sha256((model / WEIGHTS).read_bytes()).hexdigest()


def _drawn(studio: Studio, folder: Path) -> Iterator[dict[str, object]]:
    for number, (prompt, seed) in enumerate(CHOSEN, 1):
        name = f"{number}.webp"
        studio.drawn(prompt, seed).save(folder / name, "WEBP", quality=80, method=6)
        yield {"prompt": prompt, "seed": seed, "picture": name}


def _again(studio: Studio, folder: Path) -> Iterator[dict[str, object]]:
    for number, each in enumerate(AGAIN, len(CHOSEN) + 1):
        pictures = {"image": f"{each.of}.webp"}
        if each.marked:
            pictures["mask"] = f"{number}-mask.png"
            _mask(studio.side, each.marked).save(folder / pictures["mask"], optimize=True)
        # Of the files that ship, so that a press draws what is shown.
        kept = {
            name: studio.files.put((folder / file).read_bytes(), file.rpartition(".")[2])
            for name, file in pictures.items()
        }
        request = parse_request({"mode": each.mode, "prompt": each.prompt, **each.settings, **kept})
        name = f"{number}.webp"
        _save_small(studio.make(request, each.seed), folder / name)
        told = {"prompt": each.prompt, "seed": each.seed, "picture": name}
        yield {**told, "mode": each.mode, "pictures": pictures, "settings": dict(each.settings)}


def _save_small(picture: Image.Image, path: Path) -> None:
    """Save a picture as good as fits into `MOST_BYTES`."""
    for quality in range(80, 0, -5):
        picture.save(path, "WEBP", quality=quality, method=6)
        if path.stat().st_size <= MOST_BYTES:
            return


def _mask(side: int, marked: Box) -> Image.Image:
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).rectangle(marked, fill=255)
    return mask
