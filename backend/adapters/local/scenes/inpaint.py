"""Inpaint: a part of an image painted anew, the rest kept to the pixel."""

from PIL import Image

from backend.adapters.local.drawing.drawing import Draw
from backend.adapters.local.scenes.repaint import Part, Repaint
from backend.adapters.local.scenes.scene import Scene, Stage
from backend.domain.errors import Problem, Unsupported
from backend.domain.requests import Inpaint
from backend.images.incoming import open_upright
from backend.images.masks import KEPT, as_mask, feathered, grown, put_together
from backend.images.sizing import resized

TAKES = frozenset(
    {"image", "mask", "strength", "mask_margin", "mask_grow", "mask_feather", "width", "height"},
)
"""The fields that decide over what is painted anew."""


def inpaint(request: Inpaint, stage: Stage) -> Scene:
    """Paint where the mask, grown as asked, isn't black; the feather lies inside it."""
    image = open_upright(stage.files.path(request.image))
    mask = as_mask(open_upright(stage.files.path(request.mask)), image.size)
    if request.width and request.height:
        size = (request.width, request.height)
        image, mask = resized(image, size, "crop"), resized(mask, size, "crop")
    mask = grown(mask, request.mask_grow)
    _check(mask)
    part = Part(image=image, mask=mask, strength=request.strength, whole=image.size)
    blend = feathered(mask, request.mask_feather)

    def paint(seed: int, draw: Draw) -> Image.Image:
        if request.strength == 0:
            return image
        repaint = Repaint(request, seed, draw, stage)
        margin = request.mask_margin
        drawn = repaint.all_of(part) if margin is None else repaint.close_up(part, margin=margin)
        return put_together(image, drawn, blend)

    return paint


def _check(mask: Image.Image) -> None:
    if mask.getbbox() is None:
        raise Unsupported([Problem("mask", "marks nothing; paint white what is to be drawn anew.")])
    least, _ = mask.getextrema()
    if isinstance(least, int) and least > KEPT:
        message = "covers the whole image, so that nothing of it is kept; leave a part black, or use image to image."
        raise Unsupported([Problem("mask", message)])
