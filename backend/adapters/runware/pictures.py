"""A request's images on their way to Runware, and what comes back put into place."""

import base64
import math
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from backend.domain.errors import Problem, Unsupported
from backend.domain.parts import LEAST_SIDE, MOST_SIDE
from backend.domain.requests import ImageToImage, Inpaint, Outpaint, Request
from backend.images.encoding import encode
from backend.images.incoming import open_upright, round_up, sides_of
from backend.images.masks import as_mask, feathered, grown, on_canvas, outpaint_mask, put_together
from backend.images.sizing import drawable, padded, resized
from backend.images.storage.files import ImageFiles

MOST_INLINE = 6 * 2**20
"""Bytes of one PNG that still goes inside the request; the service publishes no cap, others report trouble at 10 MB."""

DEFAULT_SIZE = (1024, 1024)
TAKES = frozenset(
    {
        "image",
        "mask",
        "width",
        "height",
        "resize",
        "mask_grow",
        "mask_feather",
        "left",
        "right",
        "top",
        "bottom",
        "overlap",
        "feather",
    }
)
"""The fields that decide over what is sent as a picture, and over what its result becomes."""

Finish = Callable[[Image.Image], Image.Image]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """What goes out (RGB; the mask "L"), the size to ask for, and how the result becomes the request's.

    `sides` are what outpainting adds, as asked for: left, right, top, bottom in pixels.
    """

    size: tuple[int, int]
    seed: Image.Image | None = None
    mask: Image.Image | None = None
    sides: tuple[int, int, int, int] | None = None
    finish: Finish | None = None


def size_of(request: Request, files: ImageFiles) -> tuple[int, int]:
    """Return the width and height in pixels that Runware is asked for; raise `Unsupported` where it draws none such."""
    if request.mode == "outpaint":
        width, height = sides_of(files, request.image)
        whole = (width + request.left + request.right, height + request.top + request.bottom)
        return _kept_to_the_pixel(whole, "the result")
    if request.width and request.height:
        return request.width, request.height
    if request.mode == "text_to_image":
        return DEFAULT_SIZE
    own = sides_of(files, request.image)
    return _kept_to_the_pixel(own, "the image") if request.mode == "inpaint" else drawable(own)


def prepare(request: Request, files: ImageFiles) -> Pictures:
    """Read and bring to size what a request shows; raise `Unsupported` or `BadImage` with the way out."""
    match request:
        case ImageToImage():
            return _redrawn(request, files)
        case Inpaint():
            return _inpainted(request, files)
        case Outpaint():
            return _outpainted(request, files)
        case _:
            return Pictures(size=size_of(request, files))


def data_uri(image: Image.Image) -> str:
    """Return the image as a data URI: PNG while it is small, else WebP of quality 95."""
    content, kind = encode(image, "png"), "png"
    if len(content) > MOST_INLINE:
        content, kind = encode(image, "webp", 95), "webp"
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _redrawn(request: ImageToImage, files: ImageFiles) -> Pictures:
    size = size_of(request, files)
    # The nearest size that Runware draws is a few pixels off the picture's shape: nothing is cut for those.
    how = request.resize if request.width else "stretch"
    return Pictures(size=size, seed=resized(open_upright(files.path(request.image)), size, how))


def _inpainted(request: Inpaint, files: ImageFiles) -> Pictures:
    size = size_of(request, files)
    image = open_upright(files.path(request.image))
    mask = as_mask(open_upright(files.path(request.mask)), image.size)
    if request.width and request.height:
        image, mask = resized(image, size, "crop"), resized(mask, size, "crop")
    mask = grown(mask, request.mask_grow)
    if mask.getbbox() is None:
        raise Unsupported([Problem("mask", "marks nothing; paint white what is to be drawn anew.")])
    return Pictures(
        size=size,
        seed=padded(image, size),
        mask=padded(mask, size),
        finish=lambda drawn: put_together(image, _cut(drawn, size, image.size), feathered(mask, request.mask_feather)),
    )


def _outpainted(request: Outpaint, files: ImageFiles) -> Pictures:
    size = size_of(request, files)
    image = open_upright(files.path(request.image))
    sides = (request.left, request.right, request.top, request.bottom)
    canvas = on_canvas(image, sides)
    mask = feathered(outpaint_mask(image.size, sides, request.overlap), request.feather)
    left, right, top, bottom = sides
    return Pictures(
        size=size,
        seed=image,
        sides=(left, right + size[0] - canvas.width, top, bottom + size[1] - canvas.height),
        finish=lambda drawn: put_together(canvas, _cut(drawn, size, canvas.size), mask),
    )


def _cut(drawn: Image.Image, asked: tuple[int, int], wanted: tuple[int, int]) -> Image.Image:
    """Take off what was added to reach a multiple of 16; a result of another size is brought to the asked one first."""
    return resized(drawn, asked, "stretch").crop((0, 0, *wanted))


def _kept_to_the_pixel(size: tuple[int, int], what: str) -> tuple[int, int]:
    asked = (max(round_up(size[0]), LEAST_SIDE), max(round_up(size[1]), LEAST_SIDE))
    if max(asked) > MOST_SIDE:
        factor = math.floor(MOST_SIDE / max(size) * 100)
        message = f"makes {what} {size[0]}×{size[1]}; Runware draws at most {MOST_SIDE} a side: scale it to {factor}%."
        raise Unsupported([Problem("image", message)])
    return asked
