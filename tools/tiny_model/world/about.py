"""`world.json`: what the packed model says of itself, for the page to tell its visitors."""

import json
from pathlib import Path

from backend.adapters.local.scenes.frame import Frame
from tools.tiny_model.pictures.composition import COUNTS, PLACES
from tools.tiny_model.pictures.objects import OBJECTS
from tools.tiny_model.pictures.shapes import SHAPES
from tools.tiny_model.pictures.styles import STYLES
from tools.tiny_model.training.batches import SIZES
from tools.tiny_model.world.palette import COLOURS
from tools.tiny_model.world.words import SCENE_WORDS

EXAMPLES = (
    "a red circle on a blue background", "a fox in the snow", "a castle on the grass at sunset",
    "a boat on the sea at night with the moon and stars", "an orange fish under water", "一只橙色的猫，绿色背景",
    "a red house and a tree on the grass, sun and mountains", "fruit on a table",
    "three yellow stars on a blue background",
    "a cyan ring on the left and a red cross on the right on a black background",
    "an orange fox on a purple background, ink drawing", "a pink flower on a cyan background, paper cut",
    "a red car on a black background, neon", "蓝色背景上的红色圆形", "雪地里的松树",
)  # fmt: skip
NOTE = (
    "Trained from nothing on drawings made by a program. It knows these words, in English and Chinese, and no others."
)
NAME = "world.json"
USUAL = (256, 256)  # what a page asks for unasked; drawn smaller and enlarged where no native size has as many pixels


def write_world(folder: Path, *, samples: int, sizes: str = "large") -> None:
    """Write what the model knows, and how many samples it has seen; scores come with `write_scores`.

    `sizes` is the phase whose sizes, (width, height) in pixels, are the native ones.
    """
    world = {
        "sizes": list(SIZES[sizes]), "default_size": USUAL,
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


def usual_size(folder: Path) -> tuple[int, int]:
    """The width and height in pixels that a packed model's pictures have when nobody asks for a size."""
    width, height = json.loads((folder / NAME).read_text(encoding="utf-8"))["default_size"]
    return width, height


def nearest_size(folder: Path) -> tuple[int, int]:
    """The native size at which a packed model draws such a picture: the smallest of its shape that is large enough."""
    native = json.loads((folder / NAME).read_text(encoding="utf-8"))["sizes"]
    return Frame(usual_size(folder), trained=tuple((width, height) for width, height in native)).drawn(
        usual_size(folder)
    )


def _write(folder: Path, world: dict[str, object]) -> None:
    text = json.dumps(world, ensure_ascii=False, indent=2) + "\n"
    (folder / NAME).write_text(text, encoding="utf-8")
