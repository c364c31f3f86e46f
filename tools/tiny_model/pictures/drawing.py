"""The training set: example number `index` of a size is always the same picture with the same captions."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tools.tiny_model.pictures.canvas import Canvas
from tools.tiny_model.pictures.composition import Drawing, abstract, group, pair, single, unset
from tools.tiny_model.pictures.indoors import table, underwater
from tools.tiny_model.pictures.landscape import landscape
from tools.tiny_model.pictures.styles import STYLES

PAINTERS: dict[str, Callable[[Canvas, np.random.Generator], Drawing]] = {
    "unset": unset, "pair": pair, "group": group, "landscape": landscape, "table": table, "underwater": underwater,
    "abstract": abstract,
}  # fmt: skip
KINDS = ("single", *PAINTERS)
SHARES = (0.39, 0.04, 0.17, 0.07, 0.24, 0.05, 0.02, 0.02)
STYLE_SHARES = {"": 0.72, "flat": 0.03, "ink": 0.06, "paper": 0.06, "pixel": 0.05, "neon": 0.06, "pastel": 0.02}
TALLY = "flat"  # the style of pictures whose caption names none


@dataclass(frozen=True, slots=True)
class Example:
    """One picture of the training set.

    `pixels` is uint8 RGB of the shape (height, width, 3); every one of the captions fits it; `style` is one of the
    names in `STYLES`, `things` those of what stands in it.
    """

    kind: str
    pixels: np.ndarray
    captions: list[str]
    style: str
    things: tuple[str, ...]


def draw(index: int, *, width: int = 128, height: int = 128, loose: bool = False) -> Example:
    """Draw an example; loose ones, for learning to follow a guide, have things anywhere in any size."""
    rng = np.random.default_rng([index, width, height, int(loose)])
    kind = str(rng.choice(KINDS, p=SHARES))
    if loose and kind in ("unset", "abstract"):
        kind = "single"
    style = str(rng.choice(list(STYLE_SHARES), p=list(STYLE_SHARES.values()))) if kind != "abstract" else ""
    canvas = Canvas(width=width, height=height, brush=STYLES[style or TALLY]())
    drawing = single(canvas, rng, loose=loose) if kind == "single" else PAINTERS[kind](canvas, rng)
    captions = [" ".join(caption.split()) for caption in drawing.captions]
    if style:
        captions = [f"{caption} , {style}" if at % 2 else f"{style} {caption}" for at, caption in enumerate(captions)]
    return Example(kind, canvas.finished(), captions, style or TALLY, drawing.things)
