"""The training set: example number `index` of a size is always the same picture with the same captions."""

from dataclasses import dataclass

import numpy as np

from tools.tiny_model.canvas import Canvas
from tools.tiny_model.composition import abstract, group, pair, single, unset
from tools.tiny_model.landscape import landscape
from tools.tiny_model.palette import pick
from tools.tiny_model.styles import STYLES

KINDS = ("single", "unset", "pair", "group", "landscape", "abstract")
SHARES = (0.50, 0.04, 0.16, 0.06, 0.20, 0.04)
LATE_SHARES = (0.46, 0.03, 0.27, 0.07, 0.14, 0.03)  # scenes are learnt first, two outlines at once last
STYLED = 0.06  # of all but the abstract ones


@dataclass(frozen=True, slots=True)
class Example:
    """One picture of the training set.

    `pixels` is uint8 RGB of the shape (height, width, 3); every one of the captions fits it.
    """

    kind: str
    pixels: np.ndarray
    captions: list[str]


def draw(index: int, *, width: int = 128, height: int = 128, loose: bool = False, late: bool = False) -> Example:
    """Draw an example; loose ones, for learning to follow a guide, have things anywhere in any size."""
    rng = np.random.default_rng([index, width, height, int(loose)])
    kind = str(rng.choice(KINDS, p=LATE_SHARES if late else SHARES))
    if loose and kind in ("unset", "abstract"):
        kind = "single"
    canvas = Canvas(width=width, height=height)
    match kind:
        case "single":
            drawing = single(canvas, rng, loose=loose)
        case "landscape":
            drawing = landscape(canvas, rng)
        case _:
            drawing = {"unset": unset, "pair": pair, "group": group, "abstract": abstract}[kind](canvas, rng)
    pixels, captions = canvas.finished(), [" ".join(caption.split()) for caption in drawing.captions]
    if kind != "abstract" and rng.random() < STYLED:
        style = pick(rng, tuple(STYLES))
        pixels = STYLES[style](pixels)
        captions = [f"{caption} , {style}" if at % 2 else f"{style} {caption}" for at, caption in enumerate(captions)]
    return Example(kind, pixels, captions)
