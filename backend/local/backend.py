"""The local engine as a backend."""

import time
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial

from PIL import Image

from backend.base import Backend, State
from backend.caller import Caller
from backend.capabilities import FREE, Capabilities, Estimate
from backend.errors import Problem, Unsupported
from backend.events import Emit, Generated, Progress
from backend.local import offer
from backend.local.controlnets import UNIONS, find_controlnet
from backend.local.detectors import Detectors
from backend.local.drawing import OnStep
from backend.local.extras import Extras
from backend.local.lane import Lane
from backend.local.loras import LoraShelf
from backend.local.machine import Machine, look
from backend.local.models import Models, offer_of
from backend.local.safety import SafetyCheck
from backend.local.scenes import prepare
from backend.pixels import open_upright
from backend.request_parts import Control
from backend.requests import Request, seeds
from backend.runs.files import ImageFiles
from backend.settings import Settings

SECONDS_AN_HOUR = 3600


class LocalBackend(Backend):
    """Draws with diffusers on this machine; its images cost what the GPU's hour does, which is nothing by default."""

    name = "local"
    label = "This machine"
    cost_kind = "estimated"

    def __init__(
        self, settings: Settings, files: ImageFiles, machine: Machine | None = None, extras: Extras | None = None
    ) -> None:
        self.machine = machine or look()
        self.accelerated = self.machine.accelerated
        self.files = files
        self.lane = Lane()
        self.extras = extras or Extras(offered=not settings.public)
        self.models = Models(settings.model, self.machine, self.extras)
        self.loras = LoraShelf(settings.data / "loras", outside=not settings.public)
        # A stranger must not start a download on somebody else's machine; naming the model there is the owner's way.
        self._offers_download = not settings.public
        self.detectors = Detectors(self.extras)
        self._safety: SafetyCheck | None = None
        self._usd_per_second = settings.gpu_usd_per_hour / SECONDS_AN_HOUR
        self._seconds_a_step: dict[int, float] = {}

    @property
    def capabilities(self) -> Capabilities:
        """Return what the model at hand can do."""
        lacking = {f"preprocess={name}": reason for name, reason in self.detectors.lacking().items()}
        guided = find_controlnet(self.models.checkpoint, self.extras) is not None
        if not guided:
            lacking["controls"] = self.extras.lacking("union_lite") or "This model has no ControlNet."
        if unsafe := self.extras.lacking("safety"):
            lacking["safety"] = unsafe
        return offer.capabilities(self.models.checkpoint, lacking, guided=guided)

    def missing(self, caller: Caller) -> str | None:
        """Say what keeps the model from being loaded; one that is being loaded isn't missing, a run waits for it."""
        return self.models.missing()

    def state(self, caller: Caller) -> State:
        """Return ready, loading with a fraction, or what is missing."""
        state = self.models.state()
        return replace(state, busy=True) if self.extras.busy else state

    def warm(self) -> None:
        """Begin to load, or a download that the settings asked for by name."""
        self.models.start()

    def actions(self) -> Mapping[str, str]:
        """Offer the download, with its size and the free disk: pressing it is the yes."""
        unions = () if self.models.checkpoint.embedded else tuple(UNIONS)
        extras = self.extras.actions((*unions, "depth", "safety"))
        download = self.models.download
        if download is None or download.busy or not self._offers_download:
            return extras
        return {"download": f"Get {download.repo}: {offer_of(download)}"} | extras

    def act(self, action: str, caller: Caller) -> None:
        """Start a download."""
        if action not in self.actions():
            raise Unsupported([Problem("", f"{self.label} can't do {action!r} now.")])
        if action == "download":
            self.models.fetch()
        else:
            self.extras.fetch(action)

    def estimate(self, request: Request, caller: Caller) -> Estimate:
        """Return nothing for a free GPU; else its time, once a drawing of this size was timed."""
        if not self._usd_per_second:
            return FREE
        seconds = self._seconds_a_step.get(_pixels(request, self.capabilities))
        if seconds is None:
            return Estimate(likely=None, note="The price of the GPU's time shows once a first image was timed.")
        likely = self._price(seconds * request.steps * request.count)
        return Estimate(likely=likely, low=likely, high=likely * 2)

    def run(self, request: Request, caller: Caller, emit: Emit) -> None:
        """Draw the images one by one, each in its own turn on the device.

        One by one, an image is exactly that of its seed alone, the first is there soonest, and between two of them
        others have their turn.
        """
        checkpoint = self.models.checkpoint
        paint = prepare(request, self.files, offer.frame(checkpoint), self.detectors.detect)
        if request.loras:
            emit(Progress(0, request.steps, doing="Looking for the LoRAs"))
        loras = self.loras.find(request.loras)
        engine = self.models.wait(emit, request.steps)
        for index, seed in enumerate(seeds(request)):
            with self.lane.turn(emit):
                began = time.monotonic()
                image = paint(seed, partial(engine.draw, on_step=_teller(emit, index), loras=loras))
                seconds, reused = time.monotonic() - began, engine.reused
            self._seconds_a_step[image.width * image.height] = seconds / request.steps
            flagged = self._flags(image) if request.safety else None
            emit(Generated(image, seed, self._price(seconds), index, flagged, _details(seconds, reused)))

    def control_picture(self, control: Control, caller: Caller) -> Image.Image:
        """Return the map of the control's image; edges need no model."""
        return self.detectors.detect(control.preprocess, open_upright(self.files.path(control.image)))

    def _flags(self, image: Image.Image) -> bool | None:
        folder = self.extras.folder("safety")
        if folder is None:
            return None
        if self._safety is None:
            self._safety = SafetyCheck(folder)
        return self._safety.flags(image)

    def _price(self, seconds: float) -> Decimal:
        return self._usd_per_second * Decimal(str(round(seconds, 3)))


def _teller(emit: Emit, index: int) -> OnStep:
    def tell(step: int, total: int, preview: bytes | None) -> None:
        emit(Progress(step, total, preview, index))

    return tell


def _details(seconds: float, reused: int) -> dict[str, float]:
    return {"seconds": round(seconds, 3)} | ({"reused_steps": reused} if reused else {})


def _pixels(request: Request, capabilities: Capabilities) -> int:
    default = capabilities.default_size
    width, height = getattr(request, "width", None), getattr(request, "height", None)
    return (width or default.width) * (height or default.height)
