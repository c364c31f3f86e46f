"""Control pictures: edges are made here, depth and pose by Runware for a price."""

import io
from dataclasses import dataclass
from decimal import Decimal

from PIL import Image
from pydantic import SecretStr

from backend.canny import edges
from backend.errors import BadReply
from backend.pixels import check_header, open_upright
from backend.request_parts import Control, Preprocess
from backend.requests import Request
from backend.runs.files import ImageFiles
from backend.runware.inlay import Inlay
from backend.runware.mapping import controls_of
from backend.runware.pictures import data_uri
from backend.runware.service import Service, new_uuid
from backend.runware.wire import Preprocess as PreprocessTask
from backend.sizing import drawable, resized

THERE: dict[Preprocess, str] = {
    "depth": "runware:controlnet-preprocess@depth",
    "pose": "runware:controlnet-preprocess@openpose",
}
_SETTINGS: dict[Preprocess, dict[str, int | bool]] = {"pose": {"includeHandsAndFaceOpenPose": True}}


@dataclass(frozen=True, slots=True)
class Guides:
    """The control pictures as tasks name them, and what they cost (USD; None where nobody said)."""

    names: tuple[str, ...] = ()
    cost: Decimal | None = Decimal(0)


def made_here(control: Control, image: Image.Image) -> Image.Image | None:
    """Return the control picture of an image (RGB, the same size), or None where Runware has to make it."""
    if control.preprocess in THERE:
        return None
    return edges(image) if control.preprocess == "canny" else image


def made_there(control: Control, image: Image.Image, service: Service, key: SecretStr) -> Image.Image:
    """Return the control picture that Runware makes of an image, at its size; costs money."""
    item = service.preprocess(_task(control, data_uri(resized(image, drawable(image.size), "stretch"))), key)
    content = service.fetch(item.guide_url or "")
    try:
        check_header(content)
        with Image.open(io.BytesIO(content)) as picture:
            return resized(picture.convert("RGB"), image.size, "stretch")
    except (OSError, SyntaxError, ValueError) as error:
        raise BadReply("Runware sent a control picture that can't be read; try again.", billed="yes") from error


def all_of(request: Request, files: ImageFiles, size: tuple[int, int], inlay: Inlay) -> Guides:
    """Return every control picture of a request, cut to `size` (width, height)."""
    names: list[str] = []
    cost: Decimal | None = Decimal(0)
    for control in controls_of(request):
        image = resized(open_upright(files.path(control.image)), size, "crop")
        here = made_here(control, image)
        if here is not None:
            names.append(inlay.name(here))
            continue
        item = inlay.service.preprocess(_task(control, inlay.name(image)), inlay.key)
        names.append(item.guide_uuid or item.guide_url or "")
        cost = None if cost is None or item.cost is None else cost + item.cost
    return Guides(tuple(names), cost)


def _task(control: Control, image: str) -> PreprocessTask:
    return PreprocessTask(
        task_uuid=new_uuid(),
        model=THERE[control.preprocess],
        inputs={"image": image},
        settings=_SETTINGS.get(control.preprocess),
    )
