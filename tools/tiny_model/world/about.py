"""`world.json`: what the packed model says of itself, for the page to tell its visitors."""

import json
from pathlib import Path

from tools.tiny_model.pictures.composition import COUNTS, PLACES
from tools.tiny_model.pictures.objects import OBJECTS
from tools.tiny_model.pictures.shapes import SHAPES
from tools.tiny_model.pictures.styles import STYLES
from tools.tiny_model.training.batches import SIZES
from tools.tiny_model.world.palette import COLOURS
from tools.tiny_model.world.words import SCENE_WORDS

EXAMPLES = (
    "a red circle on a blue background", "a yellow star on a purple background", "a green square on a white background",
    "a red circle on the left and a blue square on the right on a white background", "a boat on the sea at sunset",
    "a red house on the grass under a blue sky with a yellow sun", "a night sky with stars and the moon over the sea",
    "three yellow stars on a blue background", "蓝色背景上的红色圆形", "雪地里的松树",
)  # fmt: skip
NOTE = (
    "Trained from nothing on drawings made by a program. It knows these words, in English and Chinese, and no others."
)
NAME = "world.json"


def write_world(folder: Path, *, samples: int, sizes: str = "large") -> None:
    """Write what the model knows, and how many samples it has seen; scores come with `write_scores`.

    `sizes` is the phase whose sizes, (width, height) in pixels, are the native ones, the first the usual one.
    """
    native = list(SIZES[sizes])
    world = {
        "sizes": native, "default_size": native[0],
        "words": {
            "shapes": SHAPES, "objects": list(OBJECTS), "colours": list(COLOURS),
            "places": ["left", "right", "top", "bottom", "center"], "corners": [name for name in PLACES if " " in name],
            "sizes": ["small", "large"], "counts": list(COUNTS.values()), "scenes": list(SCENE_WORDS),
            "backgrounds": ["plain", "gradient"], "styles": list(STYLES),
            "relations": ["left of", "right of", "above", "below", "and"],
        },
        "languages": ["en", "zh"], "examples": EXAMPLES, "trained_samples": samples, "scores": {}, "note": NOTE,
    }  # fmt: skip
    _write(folder, world)


def write_scores(folder: Path, scores: dict[str, dict[str, float]]) -> None:
    """Add the scores of held-out prompts, rounded to three places."""
    world = json.loads((folder / NAME).read_text(encoding="utf-8"))
    rounded = {name: {key: round(value, 3) for key, value in marks.items()} for name, marks in scores.items()}
    summary = {key: rounded["shapes"][key] for key in ("colour", "background", "shape", "place")}
    _write(folder, world | {"scores": summary | {"sets": rounded}})


def _write(folder: Path, world: dict[str, object]) -> None:
    text = json.dumps(world, ensure_ascii=False, indent=2) + "\n"
    (folder / NAME).write_text(text, encoding="utf-8")
