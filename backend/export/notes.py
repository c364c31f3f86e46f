"""What a provider's program says before it begins: which files it reads, and where its pictures aren't the run's."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from backend.domain.records import Run
from backend.domain.requests import Request, controls_of

_PICTURE = re.compile(r"data:image/(\w{1,10});base64,<image (\d{1,3}), \d+ bytes>")
_UNSAFE = re.compile(r"[^\w .,:;()/×+-]")


def harmless(text: str) -> str:
    """Return a visitor's words as they may stand in a comment: nothing that would end it."""
    return _UNSAFE.sub("_", text)


def notes_of(run: Run, sent: Sequence[JsonValue]) -> Iterator[str]:
    """Yield the sentences for a run by what was sent for it."""
    first = sent[0][0] if isinstance(sent[0], list) and sent[0] else sent[0]
    task: Mapping[str, Any] = first if isinstance(first, dict) else {}
    if run.backend == "modelrunner":
        yield from _of_modelrunner(task)
    else:
        yield from _of_runware(run.request, task)


def _of_modelrunner(task: Mapping[str, Any]) -> Iterator[str]:
    if "image_url" in task:
        yield "image_url is where the run put the control image; once it is gone there, put yours there again."
    if task.get("enable_prompt_expansion"):
        yield "The prompt is expanded anew, and may not come out in the run's words."


def _of_runware(request: Request, task: Mapping[str, Any]) -> Iterator[str]:
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
