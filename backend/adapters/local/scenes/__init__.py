"""The five modes as drawings: what a request's images become before the model sees them, and after.

May import: domain, images, samplers, control, drawing.
"""

from backend.adapters.local.scenes.details import TAKES as _BY_DETAILS
from backend.adapters.local.scenes.details import detailed
from backend.adapters.local.scenes.frame import Frame
from backend.adapters.local.scenes.guides import TAKES as _BY_GUIDES
from backend.adapters.local.scenes.guides import Detect, Guides
from backend.adapters.local.scenes.inpaint import TAKES as _BY_INPAINT
from backend.adapters.local.scenes.inpaint import inpaint
from backend.adapters.local.scenes.means import Means
from backend.adapters.local.scenes.outpaint import TAKES as _BY_OUTPAINT
from backend.adapters.local.scenes.outpaint import outpaint
from backend.adapters.local.scenes.redraw import TAKES as _BY_REDRAW
from backend.adapters.local.scenes.redraw import from_noise, redraw
from backend.adapters.local.scenes.redrawn_tiles import TAKES as _BY_TILES
from backend.adapters.local.scenes.redrawn_tiles import enlarge
from backend.adapters.local.scenes.scene import Scene, Stage
from backend.domain.requests import ImageToImage, Inpaint, Outpaint, Request, Upscale, controls_of, undrawn
from backend.images.storage.files import ImageFiles

__all__ = ["TAKES", "Detect", "Frame", "Means", "Scene", "prepare"]

TAKES = _BY_REDRAW | _BY_INPAINT | _BY_OUTPAINT | _BY_GUIDES | _BY_TILES | _BY_DETAILS
NO_MEANS = Means()


def prepare(request: Request, files: ImageFiles, frame: Frame, detect: Detect, means: Means = NO_MEANS) -> Scene:
    """Read the request's images once for all of its seeds; raise `Unsupported` or `BadImage` with the way out."""
    stage = Stage(files, frame, Guides(controls_of(request), files, detect), means)
    match request:
        case ImageToImage():
            return detailed(request, stage, redraw(request, stage))
        case Inpaint():
            return inpaint(request, stage)
        case Outpaint():
            return outpaint(request, stage)
        case Upscale() if undrawn(request):
            raise TypeError("an enlargement by the method `sharp` draws nothing")
        case Upscale():
            return detailed(request, stage, enlarge(request, stage))
        case _:
            return detailed(request, stage, from_noise(request, stage))
