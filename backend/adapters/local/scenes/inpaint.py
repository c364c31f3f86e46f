"""Inpaint: a part of an image painted anew, the rest kept to the pixel."""

from PIL import Image

from backend.adapters.local.drawing.drawing import Draw
from backend.adapters.local.scenes.details import detailed
from backend.adapters.local.scenes.repaint import Part, Repaint
from backend.adapters.local.scenes.scene import Scene, Stage
from backend.domain.errors import Problem, Unsupported
from backend.domain.requests import Inpaint
from backend.images.compositing import marked
from backend.images.masks import KEPT

TAKES = frozenset(
    {"image", "mask", "strength", "mask_margin", "mask_grow", "mask_feather", "width", "height"},
)
"""The fields that decide over what is painted anew."""


def inpaint(request: Inpaint, stage: Stage) -> Scene:
    """Paint where the mask, grown as asked, isn't black; the feather lies inside it."""
    found = marked(request, stage.files)
    _check(found.mask)
    image, finish = found.image, found.finish()
    part = Part(image=image, mask=found.mask, strength=request.strength, whole=image.size)

    def paint(seed: int, draw: Draw) -> Image.Image:
        if request.strength == 0:
            return image
        repaint = Repaint(request, seed, draw, stage)
        margin = request.mask_margin
        drawn = repaint.all_of(part) if margin is None else repaint.close_up(part, margin=margin)
        return finish(drawn)

    return detailed(request, stage, paint, within=found.blend if request.details else None)


def _check(mask: Image.Image) -> None:
    least, _ = mask.getextrema()
    if isinstance(least, int) and least > KEPT:
        message = "covers the whole image, so that nothing of it is kept; leave a part black, or use image to image."
        raise Unsupported([Problem("mask", message)])
