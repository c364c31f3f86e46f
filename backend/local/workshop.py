"""Where a run is made: its images read, the model waited for, each drawing in its turn, the result checked."""

import time
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from PIL import Image

from backend.events import Emit, Generated, Progress
from backend.local import offer
from backend.local.detectors import Detectors
from backend.local.drawing import Drawing, OnStep
from backend.local.extras import Extras
from backend.local.loras import LoraFile, LoraShelf
from backend.local.models import Models
from backend.local.options import options_of
from backend.local.safety import SafetyCheck
from backend.local.scenes import controls_of, prepare
from backend.local.timing import Rehearsals, Stopwatch, Timings
from backend.requests import Request, seeds
from backend.runs.files import ImageFiles

if TYPE_CHECKING:
    from backend.local.engine import Engine


class Workshop:
    """Makes runs on one device; `usd_per_second` is what the device's time costs."""

    def __init__(
        self, files: ImageFiles, models: Models, extras: Extras, loras: LoraShelf, *, usd_per_second: Decimal
    ) -> None:
        self.lane = models.lane
        self.detectors = Detectors(extras)
        self._files, self._models, self._extras, self._loras = files, models, extras, loras
        self._usd_per_second = usd_per_second
        self._safety: SafetyCheck | None = None
        self._timings, self._rehearsals = Timings(), Rehearsals(files)

    def make(self, request: Request, emit: Emit) -> None:
        """Draw the images one by one, each in its own turn on the device.

        One by one, an image is exactly that of its seed alone, the first is there soonest, and between two of them
        others have their turn.
        """
        options = options_of(request.options)
        detect = partial(self.detectors.detect, options=options, emit=emit)
        paint = prepare(request, self._files, offer.frame(self._models.checkpoint), detect)
        if request.loras:
            emit(Progress(0, request.steps, doing="Looking for the LoRAs"))
        loras = self._loras.find(request.loras)
        for index, seed in enumerate(seeds(request)):
            with self.lane.turn(emit):
                engine = self._models.wait(emit, request.steps, options.layout)
                if controls_of(request):
                    engine.guiding.wait(emit)
                began = time.monotonic()
                image = paint(seed, partial(self._draw, engine, loras, _teller(emit, index)))
                seconds, reused = time.monotonic() - began, engine.reused
                del engine  # while others have their turn, it may be given up for another layout
            flagged = self._flags(image) if request.safety else None
            emit(Generated(image, seed, self.price(seconds), index, flagged, _details(seconds, reused)))

    def seconds(self, request: Request) -> float | None:
        """Return how long a run may take on the device, once drawings such as its own were timed."""
        checkpoint = self._models.checkpoint
        strokes = self._rehearsals.of(request, offer.frame(checkpoint))
        each = self._timings.seconds(request, strokes, checkpoint.name)
        return None if each is None else each * request.count

    def price(self, seconds: float) -> Decimal:
        """Return what so much of the device's time costs in USD."""
        return self._usd_per_second * Decimal(str(round(seconds, 3)))

    def _draw(self, engine: "Engine", loras: tuple[LoraFile, ...], tell: OnStep, drawing: Drawing) -> Image.Image:
        watch = Stopwatch()
        image = engine.draw(drawing, watch.on(tell), loras=loras)
        self._timings.note(drawing, self._models.checkpoint.name, watch)
        return image

    def _flags(self, image: Image.Image) -> bool | None:
        folder = self._extras.folder("safety")
        if folder is None:
            return None
        if self._safety is None:
            self._safety = SafetyCheck(folder)
        return self._safety.flags(image)


def _teller(emit: Emit, index: int) -> OnStep:
    def tell(step: int, total: int, preview: bytes | None) -> None:
        emit(Progress(step, total, preview, index))

    return tell


def _details(seconds: float, reused: int) -> Mapping[str, Any]:
    return {"seconds": round(seconds, 3)} | ({"reused_steps": reused} if reused else {})
