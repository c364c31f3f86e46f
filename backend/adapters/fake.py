"""A backend that ships with the product and draws flat colours: for tests, and for trying the page without a model."""

import hashlib
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from PIL import Image
from pydantic import Field, JsonValue

from backend.adapters.base import Backend
from backend.adapters.job import Job
from backend.domain.caller import Caller
from backend.domain.capabilities import NO_OPTIONS, Capabilities, Estimate, Options, Size
from backend.domain.errors import GenerationFailed, InsufficientCredit, ProviderTimeout
from backend.domain.events import Generated, Progress, Queued, Tell, unheard
from backend.domain.parts import RANDOM_SEED, Control
from backend.domain.records import Run
from backend.domain.request_fields import paths, set_fields
from backend.domain.requests import MODES, REQUEST_TYPES, Request, Upscale, seeds, variation_seeds
from backend.images.encoding import encode, preview_jpeg
from backend.images.growing import grown_size
from backend.images.incoming import opened, sides_of
from backend.images.storage.files import ImageFiles
from backend.settings import Settings

OPTIONS = frozenset(
    {
        "options.seconds",
        "options.fail_after",
        "options.failure",
        "options.provider",
        "options.cost_usd",
        "options.tell_seed",
    }
)
TAKES = OPTIONS | {path for kind in REQUEST_TYPES.values() for path in paths(kind)} - {"mode", "options"}
"""All of the form, so that the page can be tried: whatever is set makes another colour, a new field's value too."""
_COLOUR = TAKES - {
    *("prompt", "seed", "variation_strength", "variation_seed"),  # are in it by themselves
    *("count", "width", "height", "output_format", "output_quality"),  # act beside it
}


class FakeOptions(Options):
    """How the fake behaves on this request."""

    seconds: float = Field(0.0, ge=0, le=60, title="Seconds", description="How long each image takes.")
    fail_after: int | None = Field(None, ge=0, le=20, title="Fail after", description="Fail after so many images.")
    failure: Literal["broken", "no credit", "time-out", "bug"] = Field("broken", title="Failure")
    provider: bool = Field(False, title="Act as a provider", description="Submit, bill, and go on when left.")
    cost_usd: Decimal | None = Field(Decimal("0.0013"), ge=0, title="Cost", description="Each image's bill.")
    tell_seed: bool = Field(True, title="Tell the seed")


class FakeBackend(Backend):
    """Images of one colour, drawn from all that is asked; free unless it acts as a provider."""

    name = "fake"
    label = "Fake (flat colours)"
    capabilities = Capabilities(
        modes=MODES,
        default_size=Size(256, 256),
        sizes=(Size(128, 128), Size(256, 256), Size(384, 256), Size(256, 384), Size(512, 512), Size(1024, 1024)),
        takes=TAKES,
        options=FakeOptions,
        most_controls=3,
        previews=True,
    )

    def __init__(self, files: ImageFiles) -> None:
        self.files = files
        self.running = 0
        self.submissions: list[str] = []

    def missing(self, caller: Caller) -> str | None:
        """Nothing is ever missing."""
        return None

    def estimate(self, request: Request, caller: Caller) -> Estimate:
        """Return the bill of the options, times the images; free unless it acts as a provider."""
        options = FakeOptions.model_validate(request.options)
        if not options.provider:
            return Estimate(Decimal(0), Decimal(0), Decimal(0), free=True)
        if options.cost_usd is None:
            return Estimate(likely=None, note="This provider doesn't say what it bills.")
        likely = options.cost_usd * request.count
        return Estimate(likely, likely, likely * 3)

    def run(self, request: Request, caller: Caller, job: Job) -> None:
        """Draw; fail, wait and bill as the options say."""
        options = FakeOptions.model_validate(request.options)
        job.tell(Queued(0))
        if options.provider:
            job.note({"fake_id": f"{request.prompt} {request.seed}"})
            self.submissions.append(request.prompt)
        self.running += 1
        try:
            self._draw_all(request, options, job)
        finally:
            self.running -= 1

    def collect(self, run: Run, caller: Caller, job: Job) -> None:
        """Draw what the run still lacks, without submitting it again."""
        have = {image.index for image in run.images}
        for index, seed in enumerate(seeds(run.request)):
            if index not in have:
                job.deliver(self._made(run.request, FakeOptions.model_validate(run.request.options), index, seed))

    def control_picture(
        self, control: Control, caller: Caller, options: Mapping[str, JsonValue] = NO_OPTIONS, tell: Tell = unheard
    ) -> Image.Image:
        """Return the control's image in grey."""
        with opened(self.files.path(control.image)) as picture:
            return picture.convert("L").convert("RGB")

    def _draw_all(self, request: Request, options: FakeOptions, job: Job) -> None:
        for index, seed in enumerate(seeds(request)):
            if options.fail_after == index:
                raise _failure(options)
            self._take_time(request, options, index, job)
            job.deliver(self._made(request, options, index, seed))

    def _made(self, request: Request, options: FakeOptions, index: int, seed: int) -> Generated:
        image = draw(request, seed, self._size(request), variation_seeds(request)[index])
        told = seed if options.tell_seed and seed != RANDOM_SEED else None
        if not options.provider:
            return Generated(image, told, Decimal(0), index)
        return Generated(encode(image, request.output_format, request.output_quality), told, options.cost_usd, index)

    def _size(self, request: Request) -> tuple[int, int]:
        if isinstance(request, Upscale):
            return grown_size(sides_of(self.files, request.image), request.factor)
        size = (getattr(request, "width", None) or 256, getattr(request, "height", None) or 256)
        return grown_size(size, getattr(request, "hires_scale", 1.0))

    def _take_time(self, request: Request, options: FakeOptions, index: int, job: Job) -> None:
        each = options.seconds / request.steps
        preview = None if options.provider else preview_jpeg(draw(request, seeds(request)[index], (64, 64)))
        for step in range(request.steps):
            time.sleep(each)
            if preview:
                job.tell(Progress(step + 1, request.steps, preview, index))


def draw(request: Request, seed: int, size: tuple[int, int], variation: int | None = None) -> Image.Image:
    """Return one colour of all that the request says; `size` is width and height in pixels."""
    colour = Image.new("RGB", size, _colour(request, seed))
    if variation is None:
        return colour
    return Image.blend(colour, Image.new("RGB", size, _colour(request, variation)), request.variation_strength)


def _colour(request: Request, seed: int) -> tuple[int, ...]:
    more = [f"|{found.place}={found.value}" for found in set_fields(request) if found.path in _COLOUR]
    return tuple(hashlib.sha256(f"{request.prompt}|{seed}{''.join(more)}".encode()).digest()[:3])


def _failure(options: FakeOptions) -> Exception:
    match options.failure:
        case "no credit":
            return InsufficientCredit("The account has no credit left: top it up, or choose another backend.")
        case "time-out":
            return ProviderTimeout("No answer came within 120 s; the images may still be billed.")
        case "bug":
            return RuntimeError("an inner matter with a secret in it")
        case _:
            return GenerationFailed("The model gave up on this run: try it again.")


def build(_settings: Settings, files: ImageFiles) -> FakeBackend:
    """Build the fake; it needs nothing."""
    return FakeBackend(files)
