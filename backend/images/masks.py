"""What may change in an image and what stays: masks grown and feathered, outpaint canvases, and putting both together.

A mask is an "L" picture of the image's size: 255 is painted anew, 0 is kept, between is a blend.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

KEPT, ANEW = 0, 255
"""What a mask says of a pixel."""


def as_mask(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return any picture as a mask (mode L) of `size` (width, height, in pixels): white is painted anew."""
    grey = picture.convert("L")
    return grey if grey.size == size else grey.resize(size, Image.Resampling.BILINEAR)


def grown(mask: Image.Image, pixels: int) -> Image.Image:
    """Return the mask with what is painted anew larger by `pixels` on every side."""
    if not pixels:
        return mask
    return Image.fromarray(_lightest(_lightest(np.asarray(mask), pixels).T, pixels).T)


def feathered(mask: Image.Image, pixels: int) -> Image.Image:
    """Return the mask with a blend of `pixels` inside its edge; what is kept stays kept to the pixel.

    A mask that keeps nothing has no edge, and stays as it is.
    """
    if not pixels:
        return mask
    values = np.asarray(mask)
    ramp = _distances(values > KEPT, pixels + 1) / (pixels + 1)
    return Image.fromarray(np.minimum(values, (ramp * ANEW).round()).astype(np.uint8))


def outpaint_mask(size: tuple[int, int], sides: tuple[int, int, int, int], overlap: int) -> Image.Image:
    """Return the mask of a canvas around an image of `size`; `sides` are left, right, top and bottom in pixels.

    Where a side grows, `overlap` pixels of the image beside it may change too.
    """
    (width, height), (left, right, top, bottom) = size, sides
    mask = Image.new("L", (width + left + right, height + top + bottom), ANEW)
    inner = [overlap if side else 0 for side in sides]
    box = (left + inner[0], top + inner[2], left + width - inner[1], top + height - inner[3])
    if box[0] < box[2] and box[1] < box[3]:
        mask.paste(KEPT, box)
    return mask


def on_canvas(image: Image.Image, sides: tuple[int, int, int, int]) -> Image.Image:
    """Return the image on a black canvas larger by `sides` (left, right, top, bottom in pixels)."""
    left, right, top, bottom = sides
    canvas = Image.new("RGB", (image.width + left + right, image.height + top + bottom))
    canvas.paste(image, (left, top))
    return canvas


def put_together(kept: Image.Image, drawn: Image.Image, mask: Image.Image) -> Image.Image:
    """Return `drawn` where the mask is white and `kept` where it is black, to the pixel; all have one size."""
    return Image.composite(drawn.convert("RGB"), kept.convert("RGB"), mask)


def _lightest(values: NDArray[np.uint8], pixels: int) -> NDArray[np.uint8]:
    """Return the largest of the values up to `pixels` above and below each one."""
    seen, width, whole = np.pad(values, ((pixels, pixels), (0, 0))), 1, 2 * pixels + 1
    while width < whole:  # Twice as many with each step.
        step = min(width, whole - width)
        seen, width = np.maximum(seen[:-step], seen[step:]), width + step
    return seen


def _distances(inside: NDArray[np.bool_], most: int) -> NDArray[np.float64]:
    """Return how far each pixel inside is from the next one outside, in pixels and exactly, up to `most`.

    Down first, then across over the squares (Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions",
    Theory of Computing 8, 2012, section 3); since nothing beyond `most` counts, all offsets across are tried.
    """
    down = np.where(inside, most, 0).astype(np.int32)
    for upper, lower in pairwise(down):
        np.minimum(lower, upper + 1, out=lower)
    for lower, upper in pairwise(down[::-1]):
        np.minimum(upper, lower + 1, out=upper)
    squares = down**2
    least = squares.copy()
    for step in range(1, min(most, inside.shape[1])):
        np.minimum(least[:, step:], squares[:, :-step] + step**2, out=least[:, step:])
        np.minimum(least[:, :-step], squares[:, step:] + step**2, out=least[:, :-step])
    return np.sqrt(least)
