"""The local engine as a backend."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain

from PIL import Image
from pydantic import JsonValue

from backend.adapters.base import Backend, ModelHere, State
from backend.adapters.local import abilities, workshop
from backend.adapters.local.at_hand import Models, offer_of
from backend.adapters.local.control.controlnets import UNIONS, find_controlnets, lacking_controlnet
from backend.adapters.local.drawing.cache_plan import plan_of
from backend.adapters.local.loras.shelf import LoraShelf
from backend.adapters.local.machine.device import Machine, look
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.machine.option_rules import option_problems
from backend.adapters.local.machine.options import (
    DETECTORS,
    ControlNetWeights,
    DetectorOptions,
    LocalOptions,
    options_of,
)
from backend.adapters.local.parts.model_parts import lacking_gguf
from backend.adapters.local.workshop import Workshop
from backend.adapters.local.zerogpu import Decorate, forked
from backend.adapters.step_cache_rules import cache_problems
from backend.domain.caller import Caller
from backend.domain.capabilities import FREE, NO_OPTIONS, Capabilities, Estimate, read_options
from backend.domain.errors import Problem, Unsupported
from backend.domain.events import Listener, Tell, unheard
from backend.domain.parts import Control, Lora
from backend.domain.requests import Request, controls_of
from backend.images.incoming import open_upright
from backend.images.storage.files import ImageFiles
from backend.prompts.tokens import TokenCount, TokenCounter
from backend.settings import Settings
from backend.threads.telling import Work

SECONDS_AN_HOUR = 3600
ZERO_GPU = Machine("cuda", "ZeroGPU", 48 * 10**9, 12.0)
"""Half an RTX PRO 6000; outside of a run no GPU can be seen there."""


class LocalBackend(Backend):
    """Draws with diffusers on this machine; its images cost what the GPU's hour does, which is nothing by default."""

    name = "local"
    label = "This machine"
    cost_kind = "estimated"

    def __init__(
        self,
        settings: Settings,
        files: ImageFiles,
        machine: Machine | None = None,
        extras: Extras | None = None,
        gpu: Decorate | None = None,
    ) -> None:
        self.machine = machine or (ZERO_GPU if gpu else look())
        self.accelerated = self.machine.accelerated
        self.files = files
        self.extras = extras or Extras(offered=not settings.public)
        self.models = Models(settings.model, self.machine, self.extras)
        # A stranger must neither start a download on somebody else's machine nor make all wait for another layout.
        self._trusts = not settings.public
        self._loras = LoraShelf(settings.data / "loras", outside=not settings.public)
        per_second = settings.gpu_usd_per_hour / SECONDS_AN_HOUR
        self.workshop = Workshop(files, self.models, self.extras, self._loras, usd_per_second=per_second)
        self.detectors = self.workshop.detectors
        self._work: Work = forked(self.workshop.make, gpu) if gpu else self.workshop.make
        self._forks = gpu is not None
        self._tokens = TokenCounter(self.models.checkpoint.folder)

    @property
    def capabilities(self) -> Capabilities:
        """Return what the model at hand can do."""
        lacking = {f"preprocess={name}": reason for name, reason in self.workshop.detectors.lacking().items()}
        guided = bool(find_controlnets(self.models.checkpoint, self.extras))
        if not guided:
            lacking["controls"] = self.extras.lacking("union_lite") or "This model has no ControlNet."
        if unsafe := self.extras.lacking("safety"):
            lacking["safety"] = unsafe
        found = abilities.capabilities(self.models.checkpoint, lacking, guided=guided)
        takes = found.takes | workshop.TAKES
        options = LocalOptions if self._trusts else DetectorOptions
        return replace(found, takes=takes, options=options, rules=self._problems)

    def missing(self, caller: Caller) -> str | None:
        """Say what keeps the model from being loaded; one that is being loaded isn't missing, a run waits for it."""
        return self.models.missing()

    def state(self, caller: Caller) -> State:
        """Return ready, loading with a fraction, or what is missing."""
        state, extra = self.models.state(), self.extras.progress()
        if extra is None or state.busy:
            return state
        return replace(state, busy=True, message=f"{state.message} {extra[0]}", fraction=extra[1])

    def warm(self) -> None:
        """Begin to load, or a download that the settings asked for by name."""
        self.models.start()

    def count_tokens(self, prompt: str) -> TokenCount:
        """Count with the tokenizer of the model at hand; it needs no torch."""
        folder = self.models.checkpoint.folder
        if self._tokens.folder != folder:
            self._tokens = TokenCounter(folder)
        return self._tokens.count(prompt)

    @property
    def model_name(self) -> str:
        """Return the model at hand; a folder by its name alone, since where it lies is nobody else's business."""
        checkpoint = self.models.checkpoint
        return checkpoint.repo or ("presets/tiny" if checkpoint.embedded else checkpoint.name)

    def model_here(self, size: tuple[int, int]) -> ModelHere:
        """Return the model at hand."""
        checkpoint = self.models.checkpoint
        at = abilities.frame(checkpoint).redrawn(size)
        return ModelHere(name=self.model_name, size=at, exact=checkpoint.embedded)

    def refuses_lora(self, lora: Lora) -> str | None:
        """Say that there is no file of this name; what lies on the hub, only the run finds out."""
        return super().refuses_lora(lora) or self._loras.lacking(lora.model)

    def actions(self) -> Mapping[str, str]:
        """Offer the download, with its size and the free disk: pressing it is the yes."""
        for_the_real_one = () if self.models.checkpoint.embedded else (*UNIONS, "gguf")
        extras = self.extras.actions((*self.models.wanting(), *for_the_real_one, *chain(*DETECTORS.values()), "safety"))
        download = self.models.download
        if download is None or download.busy or not self._trusts:
            return extras
        return {"download": f"Get {download.repo}: {offer_of(download)}"} | extras

    def act(self, action: str, caller: Caller) -> None:
        """Start a download; raise `Unsupported` for one that isn't to be had now."""
        if action not in self.actions():
            raise Unsupported([Problem("", f"{self.label} can't do {action!r} now.")])
        if action == "download":
            self.models.fetch()
        else:
            self.extras.fetch(action, self.models.completed)

    def estimate(self, request: Request, caller: Caller) -> Estimate:
        """Return nothing for a free GPU; else its time, once drawings such as these were timed."""
        if not self.workshop.price(1):
            return FREE
        seconds = self.workshop.seconds(request)
        if seconds is None:
            return Estimate(likely=None, note="The price of the GPU's time shows once such an image was timed.")
        likely = self.workshop.price(seconds)
        low = likely if plan_of(request) is None else likely / 2
        return Estimate(likely=likely, low=low, high=likely * 2)

    def run(self, request: Request, caller: Caller, job: Listener) -> None:
        """Draw the images one by one; on ZeroGPU in its forked process, which gets model and maps along."""
        if self._forks:
            self.models.wait(job.tell, request.steps)
            self.workshop.prepare(request, job.tell)
        self._work(request, job)

    def control_picture(
        self, control: Control, caller: Caller, options: Mapping[str, JsonValue] = NO_OPTIONS, tell: Tell = unheard
    ) -> Image.Image:
        """Return the map of the control's image (RGB, its size); edges need no model."""
        chosen, image = read_options(LocalOptions, options), open_upright(self.files.path(control.image))
        return self.workshop.detectors.detect(control, image, chosen, tell)

    def _problems(self, request: Request) -> Iterator[Problem]:
        options = options_of(request.options)
        yield from cache_problems(request)
        yield from self.workshop.detectors.problems(controls_of(request), options)
        if controls_of(request):
            yield from self._no_controlnet(options.controlnet)
        no_gguf = lacking_gguf(self.models.checkpoint, self.extras)
        yield from option_problems(request, options, self.machine, no_gguf)

    def _no_controlnet(self, wanted: ControlNetWeights) -> Iterator[Problem]:
        if reason := lacking_controlnet(self.models.checkpoint, self.extras, wanted):
            yield Problem("options.controlnet", f"is {wanted}. {reason}")
