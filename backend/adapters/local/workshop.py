"""Where a run is made: its images read, the model waited for, each drawing in its turn, the result checked."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Any

from PIL import Image

from backend.adapters.local import abilities
from backend.adapters.local.at_hand import Models
from backend.adapters.local.control.at_hand import ControlNets
from backend.adapters.local.control.detectors import Detectors
from backend.adapters.local.drawing.drawing import Draw, Drawing, OnStep
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.drawing.safety import SafetyCheck
from backend.adapters.local.load import choose_device
from backend.adapters.local.loras.shelf import LoraFile, LoraShelf
from backend.adapters.local.machine.checkpoint import Checkpoint
from backend.adapters.local.machine.extras import Extras, known_extras
from backend.adapters.local.machine.kinds import profile_at
from backend.adapters.local.machine.options import options_of
from backend.adapters.local.scenes import Means, Scene, prepare
from backend.adapters.local.scenes.details import asked_for, unfound
from backend.adapters.local.scenes.kept_tiles import KeptTiles
from backend.adapters.local.scenes.redrawn_tiles import held_to_tiles
from backend.adapters.local.timing import Rehearsals, Stopwatch, Stroke, Timings
from backend.adapters.local.upscaling.enlarging import TAKES as _BY_ENLARGING
from backend.adapters.local.upscaling.enlarging import Enlarging
from backend.adapters.local.upscaling.shelf import UpscalerShelf
from backend.domain.errors import NotReady
from backend.domain.events import Generated, Listener, News, Progress, Tell
from backend.domain.parts import Target
from backend.domain.records import DREW, KIND
from backend.domain.requests import Request, Upscale, controls_of, seeds, undrawn, variation_seeds
from backend.images.storage.files import ImageFiles
from backend.threads.background import Loading, Report

TAKES = frozenset(
    {
        "count",
        "loras.model",
        "loras.weight",
        "safety",
        "options.weights",
        "options.offload",
        "options.controlnet",
        "options.depth_detector",
        "options.pose_detector",
        # What is delivered as pixels, the recorder encodes as the request says.
        "output_format",
        "output_quality",
        *_BY_ENLARGING,
    }
)
"""The fields that decide over what is read and loaded, and over what becomes of a drawing."""
Paint = Callable[[Draw], Image.Image]
"""Makes one image, drawing as often as it needs."""


class Workshop:
    """Makes runs on one device; `usd_per_second` is what the device's time costs."""

    def __init__(
        self,
        files: ImageFiles,
        models: Models,
        extras: Extras,
        loras: LoraShelf,
        upscalers: UpscalerShelf,
        *,
        usd_per_second: Decimal,
        kept: KeptTiles,
        controlnets: ControlNets,
    ) -> None:
        self.device_queue = models.device_queue
        self.detectors = Detectors(extras)
        self._files, self._models, self._extras, self._loras = files, models, extras, loras
        self._usd_per_second, self._kept, self._controlnets = usd_per_second, kept, controlnets
        self.enlarging = Enlarging(
            files=files,
            shelf=upscalers,
            queue=models.device_queue,
            device=choose_device,
            price=self.price,
        )
        self._safety = self._reading_safety()
        self._timings, self._rehearsals = Timings(), Rehearsals(files)

    def make(self, request: Request, listener: Listener) -> None:
        """Draw the images one by one, each in its own turn on the device.

        One by one, an image is exactly that of its seed alone, the first is there soonest, and between two of them
        others have their turn.
        """
        if isinstance(request, Upscale) and undrawn(request):
            self.enlarging.make(request, listener)
            return
        tell = _Numbered(listener.tell)
        paint = self.prepare(request, tell)
        if request.loras:
            tell(Progress(0, request.steps, doing="Looking for the LoRAs"))
        loras = self._loras.find(request.loras)
        for index, seed in enumerate(seeds(request)):
            tell.index = index
            with self.device_queue.turn(tell):
                image, details = self._in_turn(request, partial(paint, seed), loras, tell)
            flagged = self._safety.wait(tell, request.steps).flags(image) if request.safety else None
            listener.deliver(Generated(image, seed, self.price(details["seconds"]), index, flagged, details))

    def _in_turn(
        self, request: Request, paint: Paint, loras: tuple[LoraFile, ...], tell: "_Numbered"
    ) -> tuple[Image.Image, Mapping[str, Any]]:
        # Nothing of the engine outlives the turn: in another one it may be given up for another layout.
        options, drew = options_of(request.options), self._models.drawing
        engine = self._models.wait(tell, request.steps, options.layout)
        if controls_of(request) or held_to_tiles(request, held=self._holds_tiles(drew)):
            engine.guide_with(options.controlnet).wait(tell)
        variation = variation_seeds(request)[tell.index]
        began, tally = time.monotonic(), _Tally(engine, tell.of_step, loras, variation, self._noted)
        image = paint(tally.draw)
        details = tally.details(time.monotonic() - began) | {DREW: drew.title, KIND: profile_at(drew).name}
        return image, {**details, **unfound(request, tally.targets)}

    def prepare(self, request: Request, tell: Tell) -> Scene:
        """Read the request's images and make the maps that it begins with, which are kept for a while.

        The safety check is read here too, and what finds faces: where they can't be, nothing is drawn in vain.
        """
        options = options_of(request.options)
        if request.safety:
            self._safety.wait(tell, request.steps)
        if asked_for(request):
            self.detectors.open_eyes(tell)
        detect = partial(self.detectors.detect, options=options, tell=tell)
        means = Means(
            enlarge=partial(self.enlarging.enlarged, tell=tell),
            kept=self._kept,
            model=self._models.drawing.identity,
            held=self._holds_tiles(self._models.drawing),
            find=partial(self.detectors.parts, tell=tell),
        )
        return prepare(request, self._files, abilities.frame(self._models.drawing), detect, means)

    def _noted(self, drawing: Drawing, watch: Stopwatch) -> None:
        self._timings.note(drawing, self._models.drawing.identity, watch)

    def timed(self, request: Request, seconds: float) -> None:
        """Remember how long an image took that was drawn on another device, for the next estimate."""
        if isinstance(request, Upscale) and undrawn(request):
            self.enlarging.timed(request, seconds)
            return
        checkpoint = self._models.checkpoint
        self._timings.note_whole(request, self._strokes(request, checkpoint), checkpoint.identity, seconds)

    def seconds(self, request: Request) -> float | None:
        """Return how long a run may take on the device, once drawings such as its own were timed."""
        if isinstance(request, Upscale) and undrawn(request):
            return self.enlarging.seconds(request)
        checkpoint = self._models.checkpoint
        each = self._timings.seconds(request, self._strokes(request, checkpoint), checkpoint.identity)
        return None if each is None else each * request.count

    def _strokes(self, request: Request, checkpoint: Checkpoint) -> tuple[Stroke, ...]:
        return self._rehearsals.of(request, abilities.frame(checkpoint), held=self._holds_tiles(checkpoint))

    def _holds_tiles(self, checkpoint: Checkpoint) -> bool:
        return self._controlnets.lacking_tiles(checkpoint) is None

    def price(self, seconds: float) -> Decimal:
        """Return what so much of the device's time costs in USD."""
        return self._usd_per_second * Decimal(str(round(seconds, 3)))

    def forget(self) -> None:
        """Give back what detectors, upscaler and safety check hold; they are read again when next asked for."""
        self.detectors.forget()
        self.enlarging.forget()
        self._safety = self._reading_safety()

    def _reading_safety(self) -> Loading[SafetyCheck]:
        title = known_extras()["safety"].name
        return Loading(self._read_safety, doing=f"Reading {title}", failure=f"{title} could not be loaded")

    def _read_safety(self, _: Report) -> SafetyCheck:
        folder = self._extras.folder("safety")
        if folder is None:
            raise NotReady(self._extras.lacking("safety") or "The safety check's weights have just gone: try again.")
        return SafetyCheck(folder)


@dataclass(slots=True)
class _Numbered:
    """Tells of all that goes on for the image whose turn it is (`index`, from 0) as of that one."""

    tell: Tell
    index: int = 0

    def __call__(self, event: News) -> None:
        self.tell(replace(event, index=self.index) if isinstance(event, Progress) else event)

    def of_step(self, doing: str) -> OnStep:
        """Return what tells of the steps of a drawing that is called so."""
        return lambda step, total, preview: self(Progress(step, total, preview, doing=doing))


@dataclass(slots=True)
class _Tally:
    """Makes the drawings of one image, of which some modes need several, and adds up their steps."""

    engine: Engine
    of_step: Callable[[str], OnStep]
    loras: tuple[LoraFile, ...]
    variation: int | None
    note: Callable[[Drawing, Stopwatch], None]
    computed: int = 0
    reused: int = 0
    targets: set[Target] = field(default_factory=set)
    """What was found in the image and drawn again."""

    def draw(self, drawing: Drawing) -> Image.Image:
        watch = Stopwatch()
        told = watch.on(drawing.among(self.of_step(drawing.doing)))
        image = self.engine.draw(drawing, told, loras=self.loras, variation=self.variation)
        self.note(drawing, watch)
        if drawing.target:
            self.targets.add(drawing.target)
        self.computed += self.engine.computed
        self.reused += self.engine.reused
        return image

    def details(self, seconds: float) -> dict[str, Any]:
        steps = {"computed_steps": self.computed, "reused_steps": self.reused} if self.computed else {}
        return {"seconds": round(seconds, 3)} | steps
