"""Control pictures that a visitor has paid for before: a run takes them, and they are never bought twice."""

from typing import Any

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.parts import Control, Preprocess
from backend.domain.records import CONTROL_PICTURE
from backend.domain.requests import Request
from backend.playground import Playground

_WORDS: dict[Preprocess, str] = {"depth": "Control picture: depth", "pose": "Control picture: pose"}


def words_of(preprocess: Preprocess) -> str:
    """Return what stands for the prompt of a run that makes a control picture alone."""
    return _WORDS.get(preprocess, "Control picture")


def known_map(playground: Playground, caller: Caller, backend: Backend, control: Control) -> str | None:
    """Return the sha256 of the control picture that the visitor has bought of this image, or None."""
    words = words_of(control.preprocess)
    for run in playground.store.of_picture(caller.visitor, backend.name, control.image, words):
        if run.provider_ids.get(CONTROL_PICTURE) and run.images and playground.files.holds(run.images[0].sha256):
            return run.images[0].sha256
    return None


def with_known_maps(playground: Playground, caller: Caller, backend: Backend, request: Request) -> Request:
    """Return the request with every control picture that would cost money, but is there already, put in its place."""
    changes: dict[str, Any] = {}
    if request.mode == "controlnet":
        own = Control(image=request.image, preprocess=request.preprocess)
        drawn = _drawn(playground, caller, backend, own)
        changes |= {"image": drawn.image, "preprocess": drawn.preprocess} if drawn != own else {}
    further = tuple(_drawn(playground, caller, backend, control) for control in request.controls)
    changes |= {"controls": further} if further != request.controls else {}
    return request.model_copy(update=changes) if changes else request


def _drawn(playground: Playground, caller: Caller, backend: Backend, control: Control) -> Control:
    if backend.control_estimate(control, caller).free:
        return control
    sha256 = known_map(playground, caller, backend, control)
    return control.model_copy(update={"image": sha256, "preprocess": "none"}) if sha256 else control
