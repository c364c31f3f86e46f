"""What may change in an image and what stays: masks grown and feathered, outpaint canvases, and putting both together.

A mask is an "L" picture of the image's size: 255 is painted anew, 0 is kept, between is a blend.
"""

import numpy as np
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
    from scipy.ndimage import maximum_filter

    return Image.fromarray(maximum_filter(np.asarray(mask), size=2 * pixels + 1))


def feathered(mask: Image.Image, pixels: int) -> Image.Image:
    """Return the mask with a blend of `pixels` inside its edge; what is kept stays kept to the pixel."""
    if not pixels:
        return mask
    from scipy.ndimage import distance_transform_edt

    values = np.asarray(mask)
    ramp = np.clip(distance_transform_edt(values > KEPT) / (pixels + 1), 0, 1)
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
