"""Whether a backend heeds control pictures at all: the same seed, once without and once with all of the control."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.domain.events import Event, Failed, Finished, Stopped
from backend.domain.field_notes import Alters, noted
from backend.domain.parts import RANDOM_SEED
from backend.domain.records import Run
from backend.domain.requests import ControlNet
from backend.generation.generate import DRAWN_SEEDS, generate
from backend.generation.pricing import estimate_of, total
from backend.images.incoming import opened
from backend.images.sizing import drawable
from backend.images.storage.files import ImageFiles
from backend.playground import Playground

SIDE = 512
"""Pixels of the longer side: enough to see it, and cheap."""
LEAST_DIFFERENCE = 2.0
"""Mean difference of the pixels (of 255) that two runs of the same seed may have without any control: rounding."""
SCALES = (0.0, 1.0)
"""Control scales of the two pictures that are compared."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What the control changed: the mean absolute difference of the two images' pixels, 0 to 255."""

    without: Run
    with_control: Run
    difference: float

    @property
    def works(self) -> bool:
        """Whether the control picture changes anything."""
        return self.difference >= LEAST_DIFFERENCE

    def __str__(self) -> str:
        if self.works:
            return f"The control picture has an effect here: the two images differ by {self.difference:.0f} of 255."
        return (
            "The control picture has no effect here: with and without it the same seed gives the same image "
            f"(they differ by {self.difference:.1f} of 255). Take a picture with clearer structure, or another backend."
        )


def effect_estimate(playground: Playground, caller: Caller, backend: Backend, request: ControlNet) -> Estimate:
    """Return what the check costs, to be said before it runs: two small images."""
    one = estimate_of(playground, caller, backend, _trial(request, playground.files, SCALES[0]))
    return total([one] * len(SCALES))


def check_effect(playground: Playground, caller: Caller, backend: str, request: ControlNet) -> Iterator[Event | Effect]:
    """Run a request small, without and with its control, as any other run, and end with the `Effect`.

    Yields what happens in both runs; ends with a `Failed` where one fails, or a `Stopped`, before the second is paid.
    """
    if request.seed == RANDOM_SEED:
        request = request.model_copy(update={"seed": secrets.randbelow(DRAWN_SEEDS)})
    runs: list[Run] = []
    for scale in SCALES:
        trial = _trial(request, playground.files, scale)
        for event in generate(playground, caller, backend, trial, patient=bool(runs)):
            yield event
            if isinstance(event, Finished):
                runs.append(event.run)
            elif isinstance(event, Failed | Stopped):
                return
    without, with_control = runs
    yield Effect(without, with_control, _difference(playground.files, without, with_control))


def _trial(request: ControlNet, files: ImageFiles, scale: float) -> ControlNet:
    """Return the request as small and as plain as can be; an expanded prompt would differ by itself."""
    with opened(files.path(request.image)) as picture:
        ratio = SIDE / max(picture.size)
        width, height = drawable((round(picture.width * ratio), round(picture.height * ratio)))
    fields = type(request).model_fields
    plain = {name: fields[name].default for name, note in noted(fields, Alters).items() if note.what != "look"}
    plain |= {"prompt_expansion": False, "controls": (), "count": 1}
    window = {"control_scale": scale, "control_start": 0.0, "control_end": 1.0}
    return request.model_copy(update={**plain, **window, "width": width, "height": height})


def _difference(files: ImageFiles, one: Run, other: Run) -> float:
    pictures = []
    for run in (one, other):
        with opened(files.path(run.images[0].sha256)) as picture:
            pictures.append(picture.convert("RGB"))
    first, second = pictures
    if second.size != first.size:
        second = second.resize(first.size)
    return float(np.abs(np.asarray(first, np.int16) - np.asarray(second, np.int16)).mean())
