"""What a program of Runware's says before it begins: which files it reads, and where its pictures aren't the run's."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from backend.domain.requests import Request, controls_of

_PICTURE = re.compile(r"data:image/(\w{1,10});base64,<image (\d{1,3}), \d+ bytes>")


def notes_of(request: Request, task: Mapping[str, Any]) -> Iterator[str]:
    """Yield the sentences for a run by the first task that was sent for it."""
    if task.get("taskType") != "imageInference":
        yield "This makes the control picture that was bought."
    size = f"{task.get('width')}×{task.get('height')}"
    inputs = task.get("inputs", {})
    yield from _file(inputs.get("image"), "the image")
    yield from _file(inputs.get("seedImage"), _seed_image(request, size))
    yield from _file(inputs.get("maskImage"), f"the mask at {size}, as the run grew it: white is painted anew")
    for control, entry in zip(controls_of(request), task.get("controlNet", ()), strict=False):
        made = "the image" if control.preprocess == "none" else f"the {control.preprocess} map of the image"
        yield from _file(entry.get("guideImage"), f"{made} to follow, cut to {size} (the page shows maps)")
    if request.mode in ("inpaint", "outpaint"):
        yield "What comes is Runware's own picture; the playground puts what was to be kept back into it."
    if {"webhookURL", "uploadEndpoint"} & task.keys():
        yield "The run's call-outs are left out: their addresses may hold secrets."


def _seed_image(request: Request, size: str) -> str:
    if request.mode == "outpaint":
        return "the image itself"
    how = getattr(request, "resize", "crop")
    return f"the image at {size} ({how}); one of another size makes another picture"


def _file(value: Any, about: str) -> Iterator[str]:
    found = _PICTURE.fullmatch(value) if isinstance(value, str) else None
    if found:
        yield f"image-{found[2]}.{found[1].replace('jpeg', 'jpg')}: {about}."
    elif value:
        yield f"Named, since it lies in the account for a while: {about}."
