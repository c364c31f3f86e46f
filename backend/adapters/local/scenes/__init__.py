"""The five modes as drawings: what a request's images become before the model sees them, and after.

May import: domain, images, drawing.
"""

from backend.adapters.local.scenes.frame import Frame
from backend.adapters.local.scenes.guides import TAKES as _BY_GUIDES
from backend.adapters.local.scenes.guides import Detect, Guides
from backend.adapters.local.scenes.inpaint import TAKES as _BY_INPAINT
from backend.adapters.local.scenes.inpaint import inpaint
from backend.adapters.local.scenes.outpaint import TAKES as _BY_OUTPAINT
from backend.adapters.local.scenes.outpaint import outpaint
from backend.adapters.local.scenes.redraw import TAKES as _BY_REDRAW
from backend.adapters.local.scenes.redraw import from_noise, redraw
from backend.adapters.local.scenes.scene import Scene, Stage
from backend.domain.requests import ImageToImage, Inpaint, Outpaint, Request, Upscale, controls_of
from backend.images.storage.files import ImageFiles

__all__ = ["TAKES", "Detect", "Frame", "Scene", "prepare"]

TAKES = _BY_REDRAW | _BY_INPAINT | _BY_OUTPAINT | _BY_GUIDES


def prepare(request: Request, files: ImageFiles, frame: Frame, detect: Detect) -> Scene:
    """Read the request's images once for all of its seeds; raise `Unsupported` or `BadImage` with the way out."""
    stage = Stage(files, frame, Guides(controls_of(request), files, detect))
    match request:
        case ImageToImage():
            return redraw(request, stage)
        case Inpaint():
            return inpaint(request, stage)
        case Outpaint():
            return outpaint(request, stage)
        case Upscale():
            raise TypeError("an enlargement by the method `sharp` draws nothing")
        case _:
            return from_noise(request, stage)
