"""Pictures on their way to whoever draws at fixed sizes, and what comes back put into the place of what was marked."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from backend.domain.errors import Problem, Unsupported
from backend.domain.parts import LEAST_SIDE, MOST_SIDE
from backend.domain.requests import ImageToImage, Inpaint, Outpaint, Request
from backend.images.growing import grown_size
from backend.images.incoming import open_upright, opened, round_up, sides_of, upright_size
from backend.images.masks import as_mask, feathered, grown, on_canvas, outpaint_mask, put_together
from backend.images.sizing import drawable, padded, resized
from backend.images.storage.files import ImageFiles

Finish = Callable[[Image.Image], Image.Image]


@dataclass(frozen=True, slots=True)
class Maker:
    """Who draws, as a sentence calls it, at multiples of 16 up to `MOST_SIDE`; `default` is the size without one."""

    label: str
    default: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What goes out (RGB; the mask "L"), the size to ask for, and how the result becomes the request's.

    `start` is the image that is drawn over. `sides` are what outpainting adds, as asked for: left, right, top, bottom
    in pixels.
    """

    size: tuple[int, int]
    start: Image.Image | None = None
    mask: Image.Image | None = None
    sides: tuple[int, int, int, int] | None = None
    finish: Finish | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """An image (RGB) and its grown mask (mode L, of its size): what isn't black is drawn anew."""

    image: Image.Image
    mask: Image.Image
    feather: int

    @property
    def blend(self) -> Image.Image:
        """Return the mask (mode L) with the feather inside its edge."""
        return feathered(self.mask, self.feather)

    def finish(self) -> Finish:
        """Return what puts a result of the image's size where the mask marks it, with the feather inside its edge."""
        blend = self.blend
        return lambda drawn: put_together(self.image, drawn, blend)


def marked(request: Inpaint, files: ImageFiles) -> Marked:
    """Read an image and its mask at the size asked for; raise `Unsupported` for a mask that marks nothing.

    Raises `BadImage` for a file that can't be read as a picture.
    """
    image = open_upright(files.path(request.image))
    mask = as_mask(open_upright(files.path(request.mask)), image.size)
    if request.width and request.height:
        size = (request.width, request.height)
        image, mask = resized(image, size, "crop"), resized(mask, size, "crop")
    mask = grown(mask, request.mask_grow)
    if mask.getbbox() is None:
        raise Unsupported([Problem("mask", "marks nothing; paint white what is to be drawn anew.")])
    return Marked(image, mask, request.mask_feather)


def drawn_size(request: Request, files: ImageFiles, maker: Maker) -> tuple[int, int]:
    """Return the width and height in pixels to ask for; raise `Unsupported` where the maker draws none such."""
    if request.mode == "outpaint":
        with opened(files.path(request.image)) as picture:
            width, height = upright_size(picture)
        whole = (width + request.left + request.right, height + request.top + request.bottom)
        return _kept_to_the_pixel(whole, "the result", maker)
    if request.mode == "upscale":
        return grown_size(sides_of(files, request.image), request.factor)
    if request.width and request.height:
        return request.width, request.height
    if request.mode == "text_to_image":
        return maker.default
    with opened(files.path(request.image)) as picture:
        own = upright_size(picture)
    return _kept_to_the_pixel(own, "the image", maker) if request.mode == "inpaint" else drawable(own)


def brought(request: Request, files: ImageFiles, maker: Maker) -> Brought:
    """Read and bring to size what a request shows; raise `Unsupported` or `BadImage` with the way out."""
    size = drawn_size(request, files, maker)
    match request:
        case ImageToImage():
            return _redrawn(request, files, size)
        case Inpaint():
            return _inpainted(request, files, size)
        case Outpaint():
            return _outpainted(request, files, size)
        case _:
            return Brought(size=size)


def _redrawn(request: ImageToImage, files: ImageFiles, size: tuple[int, int]) -> Brought:
    # The nearest size that is drawn is a few pixels off the picture's shape: nothing is cut for those.
    how = request.resize if request.width else "stretch"
    return Brought(size=size, start=resized(open_upright(files.path(request.image)), size, how))


def _inpainted(request: Inpaint, files: ImageFiles, size: tuple[int, int]) -> Brought:
    found = marked(request, files)
    return Brought(
        size=size,
        start=padded(found.image, size),
        mask=padded(found.mask, size),
        finish=lambda drawn: found.finish()(_cut(drawn, size, found.image.size)),
    )


def _outpainted(request: Outpaint, files: ImageFiles, size: tuple[int, int]) -> Brought:
    image = open_upright(files.path(request.image))
    sides = (request.left, request.right, request.top, request.bottom)
    canvas = on_canvas(image, sides)
    mask = feathered(outpaint_mask(image.size, sides, request.overlap), request.feather)
    left, right, top, bottom = sides
    return Brought(
        size=size,
        start=image,
        sides=(left, right + size[0] - canvas.width, top, bottom + size[1] - canvas.height),
        finish=lambda drawn: put_together(canvas, _cut(drawn, size, canvas.size), mask),
    )


def _cut(drawn: Image.Image, asked: tuple[int, int], wanted: tuple[int, int]) -> Image.Image:
    """Take off what was added to reach a multiple of 16; a result of another size is brought to the asked one first."""
    return resized(drawn, asked, "stretch").crop((0, 0, *wanted))


def _kept_to_the_pixel(size: tuple[int, int], what: str, maker: Maker) -> tuple[int, int]:
    asked = (max(round_up(size[0]), LEAST_SIDE), max(round_up(size[1]), LEAST_SIDE))
    if max(asked) > MOST_SIDE:
        factor = math.floor(MOST_SIDE / max(size) * 100)
        message = (
            f"makes {what} {size[0]}×{size[1]}; {maker.label} draws at most {MOST_SIDE} a side: scale it to {factor}%."
        )
        raise Unsupported([Problem("image", message)])
    return asked
