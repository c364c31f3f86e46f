"""Text to image and ControlNet, which begin with noise, and image to image."""

from PIL import Image

from backend.adapters.local.drawing.drawing import Draw, Drawing
from backend.adapters.local.scenes.redrawn_tiles import drawn_again
from backend.adapters.local.scenes.scene import Scene, Stage
from backend.domain.requests import ControlNet, ImageToImage, TextToImage
from backend.images.incoming import open_upright
from backend.images.sizing import resized

TAKES = frozenset({"image", "strength", "resize", "width", "height"})
"""The fields that decide over what is drawn here."""


def from_noise(request: TextToImage | ControlNet, stage: Stage) -> Scene:
    """Draw from noise; without a size at the control image's own, or the model's default."""
    size = stage.frame.default
    drawn = stage.frame.drawn(size)
    guides = None
    if request.width and request.height:
        size = (request.width, request.height)
        drawn = stage.frame.drawn(size)
    elif isinstance(request, ControlNet):
        size = open_upright(stage.files.path(request.image)).size
        drawn = stage.frame.redrawn(size)
        guides = stage.guides.cut(size, (0, 0, *size), drawn)  # nothing of the control image is cut off
    guides = guides or stage.guides.at(drawn)

    def paint(seed: int, draw: Draw) -> Image.Image:
        return stage.frame.back(draw(Drawing(request=request, seed=seed, size=drawn, guides=guides)), size)

    if isinstance(request, TextToImage) and request.has_second_pass:
        return drawn_again(request, size, stage, paint)
    return paint


def redraw(request: ImageToImage, stage: Stage) -> Scene:
    """Draw over an image; without a size in the image's own, and at strength 0 the image itself."""
    image = open_upright(stage.files.path(request.image))
    asked = (request.width, request.height) if request.width and request.height else None
    size = asked or image.size
    start = resized(image, size, request.resize)
    drawn = stage.frame.drawn(size) if asked else stage.frame.redrawn(size)
    small = resized(start, drawn, "stretch")
    guides = stage.guides.at(drawn) if asked else stage.guides.cut(size, (0, 0, *size), drawn)

    def paint(seed: int, draw: Draw) -> Image.Image:
        if request.strength == 0:
            return start
        strength = request.strength
        drawing = Drawing(request=request, seed=seed, size=drawn, start=small, strength=strength, guides=guides)
        return stage.frame.back(draw(drawing), size)

    return paint
