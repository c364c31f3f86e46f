"""What drawings took, by all that decides over it, and so what a request may take. No torch."""

import json
import time
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

from backend.adapters.local.drawing.cache_plan import plan_of
from backend.adapters.local.drawing.drawing import Drawing, OnStep
from backend.adapters.local.machine.options import Attention, ControlNetWeights, Layout, options_of
from backend.adapters.local.samplers.sampler import calls_of
from backend.adapters.local.scenes import Frame, prepare
from backend.adapters.local.scenes.details import asked_for
from backend.adapters.local.scenes.redrawn_tiles import held_to_tiles, large_size
from backend.adapters.local.scenes.tiling import Tiling
from backend.domain.field_notes import of_drawings, step_sorts
from backend.domain.requests import Request, TextToImage, Upscale, controls_of, parse_request
from backend.images.storage.files import ImageFiles
from backend.threads.recent import Recent

MOST_REMEMBERED = 64
MOST_PACES = 512


@dataclass(frozen=True, slots=True)
class Stroke:
    """A drawing without its pixels: its size, and the part of the steps (0 to 1) in which each control acts."""

    size: tuple[int, int]
    windows: tuple[tuple[float, float], ...] = ()
    steps: int = 0
    """0 for as many as the request has."""
    guidance: float | None = None
    """None for the request's."""


@dataclass(frozen=True, slots=True)
class Kind:
    """All that the time of one call of the model depends on."""

    model: str
    pixels: int
    windows: tuple[tuple[float, float], ...]
    steps: tuple[Hashable, ...]
    """What tells the steps apart by the request's fields, such as guidance and LoRAs (`Weighs`)."""
    layout: Layout
    controlnet: ControlNetWeights
    attention: Attention
    compiled: bool


def stroke_of(drawing: Drawing) -> Stroke:
    """Return what of a drawing takes time."""
    return Stroke(drawing.size, tuple((guide.start, guide.end) for guide in drawing.guides))


def kind_of(request: Request, stroke: Stroke, model: str) -> Kind:
    """Return what a drawing of a request has in common with others that take as long for a step."""
    (width, height), options = stroke.size, options_of(request.options)
    if stroke.guidance is not None:
        request = request.model_copy(update={"guidance": stroke.guidance})
    return Kind(
        model,
        width * height,
        stroke.windows,
        step_sorts(request),
        options.layout,
        options.controlnet if stroke.windows else "auto",
        options.attention,
        options.compile,
    )


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds of one call of the model, and of all else in a drawing: reading the prompt, encoding, decoding."""

    call: float
    rest: float


class Timings:
    """The last pace of each kind of drawing. Those with a cache aren't kept, as each of them skips what it likes."""

    def __init__(self) -> None:
        self._paces: Recent[Kind, Pace] = Recent(MOST_PACES)

    def note(self, drawing: Drawing, model: str, watch: "Stopwatch") -> None:
        """Keep what a finished drawing took; one call can't be told from the rest, so that more calls win over it."""
        if plan_of(drawing.request) is not None:
            return
        pace, kind = watch.pace(), kind_of(drawing.request, stroke_of(drawing), model)
        if watch.calls > 1 or kind not in self._paces:
            self._paces.put(kind, pace)

    def note_whole(self, request: Request, strokes: Sequence[Stroke], model: str, seconds: float) -> None:
        """Keep what an image took of which the whole time alone is known, where its drawings are all of a kind."""
        kinds = {kind_of(request, stroke, model) for stroke in strokes}
        if plan_of(request) is None and len(kinds) == 1:
            calls = sum(_calls(request, stroke) for stroke in strokes)
            self._paces.put(kinds.pop(), Pace(seconds / calls, 0.0))

    def seconds(self, request: Request, strokes: Iterable[Stroke], model: str) -> float | None:
        """Return how long the drawings of an image may take; None while one such was never timed.

        A cache may make them faster.
        """
        total = 0.0
        for stroke in strokes:
            pace = self._paces.get(kind_of(request, stroke, model))
            if pace is None:
                return None
            total += pace.call * _calls(request, stroke) + pace.rest
        return total


def _calls(request: Request, stroke: Stroke) -> int:
    return calls_of(request.scheduler, stroke.steps or request.steps)


class Stopwatch:
    """Times the calls of one drawing, from when it is made."""

    def __init__(self) -> None:
        self._marks = [time.monotonic()]

    def on(self, tell: OnStep) -> OnStep:
        """Return the same teller, which also marks the time of each step."""

        def marking(step: int, total: int, preview: bytes | None) -> None:
            self._marks.append(time.monotonic())
            tell(step, total, preview)

        return marking

    @property
    def calls(self) -> int:
        """Return how many calls of the model were seen."""
        return len(self._marks) - 1

    def pace(self) -> Pace:
        """Return the pace of the drawing that is finished now."""
        whole = time.monotonic() - self._marks[0]
        if self.calls == 1:
            return Pace(whole, 0.0)
        # The first call is left out: the prompt is read before it.
        call = (self._marks[-1] - self._marks[1]) / (self.calls - 1)
        return Pace(call, max(whole - self.calls * call, 0.0))


class Rehearsals:
    """Finds out which drawings an image of a request will take, without the model or any detector.

    Large images and masks take seconds to go through, so that it is remembered for what decides over it.
    """

    def __init__(self, files: ImageFiles) -> None:
        self._files = files
        self._known = lru_cache(maxsize=MOST_REMEMBERED)(self._rehearse)

    def of(self, request: Request, frame: Frame, *, held: bool = True) -> tuple[Stroke, ...]:
        """Return the drawings; raise what the run itself would, such as `Unsupported` for an empty mask.

        `held` says whether there is a ControlNet that knows tiles.
        """
        asked = type(request)(prompt="a rehearsal", **of_drawings(request))
        return self._known(asked.model_dump_json(), frame, held)

    def _rehearse(self, asked: str, frame: Frame, held: bool) -> tuple[Stroke, ...]:
        request = parse_request(json.loads(asked))
        return *self._whole(request, frame, held=held), *_again(request, frame)

    def _whole(self, request: Request, frame: Frame, *, held: bool) -> tuple[Stroke, ...]:
        """Return the drawings of the picture, before what is found in it is drawn again."""
        whole = large_size(request, self._files, frame)
        tiles = () if whole is None else _tiles(request, Tiling.of(whole, frame), held=held)
        match request:
            case Upscale():
                return tiles
            case TextToImage():
                return *self._drawn(request.model_copy(update={"hires_scale": 1.0}), frame), *tiles
            case _:
                return self._drawn(request, frame)

    def _drawn(self, request: Request, frame: Frame) -> tuple[Stroke, ...]:
        strokes: list[Stroke] = []

        def draw(drawing: Drawing) -> Image.Image:
            strokes.append(stroke_of(drawing))
            return Image.new("RGB", drawing.size)

        prepare(request, self._files, frame, lambda _, image: image)(0, draw)
        return tuple(strokes)


def _tiles(request: Request, tiling: Tiling, *, held: bool) -> tuple[Stroke, ...]:
    """Return the drawings of a picture's tiles, which would take long to cut only to count them."""
    own = ((0.0, 1.0),) if held_to_tiles(request, held=held) else ()
    windows = (*own, *((control.start, control.end) for control in request.controls))
    steps = request.hires_steps if isinstance(request, TextToImage) else 0
    return (Stroke(tiling.tile, windows, steps),) * len(tiling)


def _again(request: Request, frame: Frame) -> tuple[Stroke, ...]:
    """Return the drawings of the details, as if one place of each were found: how many there are, a picture says."""
    windows = tuple((control.start, control.end) for control in controls_of(request))
    return tuple(
        Stroke(frame.drawn(frame.default), windows, detail.steps or 0, detail.guidance) for detail in asked_for(request)
    )
