"""Outpaint: an image continued beyond its edges, in passes where it grows a lot."""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageFilter

from backend.adapters.local.drawing.drawing import Draw
from backend.adapters.local.scenes.details import detailed
from backend.adapters.local.scenes.repaint import Part, Repaint
from backend.adapters.local.scenes.scene import Scene, Stage
from backend.domain.requests import Outpaint
from backend.images.incoming import open_upright
from backend.images.masks import feathered, outpaint_mask, put_together

Sides = tuple[int, int, int, int]
"""What left, right, top and bottom add, in pixels."""

TAKES = frozenset({"image", "left", "right", "top", "bottom", "fill", "overlap", "feather"})
"""The fields that decide over the new area and its seam."""
STRENGTH = 0.9
"""Below 1, so that the colours of the fill still show through the noise; the new area is drawn, not kept."""
MOST_GROWTH = 0.5
"""Of the side's length in one pass: further out, the model no longer sees what it continues."""
_GREY = 128
_BLUR = 16


def outpaint(request: Outpaint, stage: Stage) -> Scene:
    """Paint around the image; its own pixels stay, but for a blend of `feather` inside `overlap` at sides that grow."""
    image = open_upright(stage.files.path(request.image))
    sides: Sides = (request.left, request.right, request.top, request.bottom)
    whole = _grown(image.size, sides)

    def paint(seed: int, draw: Draw) -> Image.Image:
        repaint, result, corner = Repaint(request, seed, draw, stage), image, (request.left, request.top)
        for step in passes(image.size, sides):
            corner = (corner[0] - step[0], corner[1] - step[2])
            canvas = filled(result, step, request.fill, seed)
            mask = outpaint_mask(result.size, step, request.overlap)
            part = Part(image=canvas, mask=mask, strength=STRENGTH, whole=whole, corner=corner)
            result = put_together(canvas, repaint.all_of(part), _seam(request, result.size, step))
        return result

    return detailed(request, stage, paint, within=_seam(request, image.size, sides) if request.details else None)


def passes(size: tuple[int, int], sides: Sides) -> Iterator[Sides]:
    """Yield what each pass adds (pixels a side), so that no side grows by more than `MOST_GROWTH` of what is there."""
    left = sides
    while any(left):
        most = [max(int(length * MOST_GROWTH), 16) for length in (size[0], size[0], size[1], size[1])]
        step: Sides = tuple(min(side, limit) for side, limit in zip(left, most, strict=True))  # type: ignore[assignment]
        yield step
        left = tuple(side - done for side, done in zip(left, step, strict=True))  # type: ignore[assignment]
        size = _grown(size, step)


def filled(image: Image.Image, sides: Sides, fill: str, seed: int) -> Image.Image:
    """Return the image (RGB) on a canvas larger by `sides` (pixels) whose new area is filled as asked."""
    left, right, top, bottom = sides
    size = _grown(image.size, sides)
    if fill == "grey":
        canvas = Image.new("RGB", size, (_GREY,) * 3)
    elif fill == "noise":
        pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
        canvas = Image.fromarray(pixels)
    else:
        width = ((top, bottom), (left, right), (0, 0))
        extended = np.pad(np.asarray(image), width, mode="edge" if fill == "edge" else "symmetric")
        # Bare streaks of the last pixels would be drawn as streaks.
        canvas = Image.fromarray(extended).filter(ImageFilter.GaussianBlur(_BLUR))
    canvas.paste(image, (left, top))
    return canvas


def _seam(request: Outpaint, size: tuple[int, int], sides: Sides) -> Image.Image:
    band = min(request.feather, request.overlap)
    return feathered(outpaint_mask(size, sides, band), band)


def _grown(size: tuple[int, int], sides: Sides) -> tuple[int, int]:
    return (size[0] + sides[0] + sides[1], size[1] + sides[2] + sides[3])
