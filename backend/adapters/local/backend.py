"""The local engine as a backend."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

from PIL import Image
from pydantic import JsonValue

from backend.adapters.base import UNLOAD, USE, Backend, LoraCard, ModelChoice, ModelHere, State
from backend.adapters.local import abilities, workshop
from backend.adapters.local.at_hand import Models
from backend.adapters.local.collection.choices import TINY, choices
from backend.adapters.local.collection.collection import Collection
from backend.adapters.local.collection.places import folders_of
from backend.adapters.local.control.at_hand import ControlNets
from backend.adapters.local.control.sources import unions_of
from backend.adapters.local.drawing.cache_plan import plan_of
from backend.adapters.local.loras.cards import card_of, picture_of
from backend.adapters.local.loras.shelf import LoraShelf
from backend.adapters.local.machine.checkpoint import EMBEDDED_MODEL, REAL, Checkpoint
from backend.adapters.local.machine.device import Machine, look
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.machine.kinds import remarks
from backend.adapters.local.machine.option_rules import weights_offered
from backend.adapters.local.machine.options import DETECTORS, DetectorOptions, LocalOptions
from backend.adapters.local.others import Others
from backend.adapters.local.rules import Rules
from backend.adapters.local.scenes.kept_tiles import KeptTiles
from backend.adapters.local.standing import offer_of
from backend.adapters.local.upscaling.shelf import UpscalerShelf
from backend.adapters.local.workshop import Workshop
from backend.adapters.local.zerogpu import Decorate, forked
from backend.domain.caller import Caller
from backend.domain.capabilities import FREE, NO_OPTIONS, Capabilities, Estimate, read_options
from backend.domain.errors import Problem, Unsupported
from backend.domain.events import Listener, Tell, unheard
from backend.domain.parts import Control, Lora
from backend.domain.requests import Request, Upscale, undrawn
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
        self.collection = Collection(folders_of(settings.models), settings.data / "models-index.json")
        others = Others(self.collection)
        self.models = Models(settings.model, self.machine, self.extras, self.collection.folders, others.controlnets)
        self._controlnets = ControlNets(self.extras, others.controlnets)
        # A stranger must neither start a download on somebody else's machine nor make all wait for another layout.
        self._trusts = not settings.public
        self._loras = LoraShelf(settings.data / "loras", outside=not settings.public, others=others.loras)
        upscalers = UpscalerShelf(settings.data / "upscalers", others.upscalers)
        self._kept = KeptTiles(settings.data / "tiles")
        per_second = settings.gpu_usd_per_hour / SECONDS_AN_HOUR
        self.workshop = Workshop(
            files,
            self.models,
            self.extras,
            self._loras,
            upscalers,
            usd_per_second=per_second,
            kept=self._kept,
            controlnets=self._controlnets,
        )
        self.detectors = self.workshop.detectors
        self._rules = Rules(files, self.models, self._loras, self.detectors, self._controlnets)
        self._work: Work = forked(self.workshop.make, gpu) if gpu else self.workshop.make
        self._forks = gpu is not None
        self._tokens = TokenCounter(self.models.checkpoint.folder)

    @property
    def capabilities(self) -> Capabilities:
        """Return what the model at hand can do."""
        lacking = {f"preprocess={name}": reason for name, reason in self.workshop.detectors.lacking().items()}
        unguided = self._controlnets.lacking(self.models.checkpoint)
        if unguided:
            lacking["controls"] = unguided
        if unsafe := self.extras.lacking("safety"):
            lacking["safety"] = unsafe
        if blind := self.workshop.detectors.blind():
            lacking["details"] = blind
        found = abilities.capabilities(self.models.checkpoint, lacking, guided=not unguided)
        upscalers = self.workshop.enlarging.shelf.names()
        offered = {**found.choices, "upscaler": upscalers, "hires_method": upscalers}
        if self._trusts:
            offered["options.weights"] = weights_offered(self.machine)
        return replace(
            found,
            takes=found.takes | workshop.TAKES,
            options=LocalOptions if self._trusts else DetectorOptions,
            choices=offered,
            rules=self._rules.problems,
        )

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

    def tidy(self, before: float) -> int:
        """Remove the tiles of stopped redraws that were kept before a moment (seconds since 1970)."""
        return self._kept.sweep(before)

    def count_tokens(self, prompt: str) -> TokenCount:
        """Count with the tokenizer of the model at hand; it needs no torch."""
        folder = self.models.checkpoint.folder
        if self._tokens.folder != folder:
            self._tokens = TokenCounter(folder)
        return self._tokens.count(prompt)

    @property
    def model_name(self) -> str:
        """Return the model at hand."""
        return self.models.checkpoint.title

    def model_here(self, size: tuple[int, int], model: str | None = None) -> ModelHere:
        """Return the model at hand, or the one of this name that drew a picture before a switch."""
        known = (self.models.checkpoint, EMBEDDED_MODEL)
        checkpoint = next((each for each in known if model in (None, each.title)), None)
        if checkpoint is None:
            return ModelHere(name=str(model), size=size)
        at = abilities.frame(checkpoint).redrawn(size)
        return ModelHere(name=checkpoint.title, size=at, exact=checkpoint.embedded)

    def refuses_lora(self, lora: Lora) -> str | None:
        """Say that there is no file of this name; what lies on the hub, only the run finds out."""
        return super().refuses_lora(lora) or self._loras.lacking(lora.model)

    def lora_names(self) -> tuple[str, ...]:
        """Return the files of the owner's folder of LoRAs."""
        return self._loras.names()

    def remarks(self, request: Request) -> tuple[str, ...]:
        """Say where steps and guidance aren't what the model at hand, or a LoRA on it, is made for."""
        return tuple(remarks(self.models.checkpoint, request))

    def actions(self) -> Mapping[str, str]:
        """Offer the download, with its size and the free disk: pressing it is the yes."""
        at_hand = self.models.checkpoint
        for_the_real_one = () if at_hand.embedded else unions_of(at_hand)
        if at_hand.repo == REAL:
            for_the_real_one += ("gguf",)
        extras = self.extras.actions((*self.models.wanting(), *for_the_real_one, *chain(*DETECTORS.values()), "safety"))
        download = self.models.download
        if download is None or download.busy or not self._trusts:
            return extras
        return {"download": f"Get {download.repo}: {offer_of(download)}"} | extras

    def act(self, action: str, caller: Caller) -> None:
        """Start a download; raise `Unsupported` for one that isn't to be had now."""
        if self._may_switch and action == UNLOAD:
            self.models.unload(self.workshop.forget)
        elif self._may_switch and action.startswith(USE):
            self.use(action.removeprefix(USE))
        elif action not in self.actions():
            raise Unsupported([Problem("", f"{self.label} can't do {action!r} now.")])
        elif action == "download":
            self.models.fetch()
        else:
            self.extras.fetch(action, self.models.completed)

    @property
    def _may_switch(self) -> bool:
        """Whether the model can be switched: not by strangers, nor where every run is a fork with the model in it."""
        return self._trusts and not self._forks

    def lora_cards(self) -> tuple[LoraCard, ...]:
        """Return the LoRAs of the owner's folder and of the models' folders."""
        return tuple(sorted((card_of(path) for path in self._loras.files()), key=lambda card: card.title.casefold()))

    def lora_picture(self, name: str) -> Path | None:
        """Return the picture beside one of those files."""
        return next((picture_of(path) for path in self._loras.files() if path.stem == name), None)

    def model_choices(self, caller: Caller) -> tuple[ModelChoice, ...]:
        """Return the models on this machine, as they were found last; nothing where a stranger might switch."""
        return self._choices() if self._may_switch else ()

    def _choices(self) -> tuple[ModelChoice, ...]:
        at_hand, loaded = self.models.checkpoint, self.models.loaded.loading.result is not None
        found = list(choices(self.collection.models(), self.machine))
        if not any(_is(each, at_hand) for each in found):
            found.insert(0, ModelChoice(id=at_hand.identity, name=at_hand.title, about=""))
        return tuple(replace(each, chosen=True, loaded=loaded) if _is(each, at_hand) else each for each in found)

    def use(self, model: str) -> None:
        """Draw with another model from now on: one of the list by its id, a folder, or a hub id.

        Returns at once. Raises `Unsupported` where it is none, or this machine can't hold it.
        """
        known = next((each for each in self._choices() if each.id == model), None)
        if known and known.unfit:
            raise Unsupported([Problem("", f"{known.name} {known.unfit}: choose a smaller one.")])
        self.models.choose(model)

    def estimate(self, request: Request, caller: Caller) -> Estimate:
        """Return nothing for a free GPU; else its time, once drawings such as these were timed."""
        if not self.workshop.price(1):
            return replace(FREE, seconds=self.workshop.seconds(request)) if isinstance(request, Upscale) else FREE
        seconds = self.workshop.seconds(request)
        if seconds is None:
            return Estimate(likely=None, note="The price of the GPU's time shows once such an image was timed.")
        likely = self.workshop.price(seconds)
        low = likely if plan_of(request) is None else likely / 2
        return Estimate(likely=likely, low=low, high=likely * 2, seconds=seconds)

    def run(self, request: Request, caller: Caller, job: Listener) -> None:
        """Draw the images one by one, with one model; on ZeroGPU in its fork, which gets model and maps along.

        Raises `Unsupported` where the model was switched since the request was checked, and can't draw it.
        """
        if undrawn(request):
            self._work(request, job)
            return
        with self.models.held(job.tell, request.steps, caller.press):
            if self.models.drawing == self.models.checkpoint:
                self.capabilities.check(request)
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


def _is(choice: ModelChoice, checkpoint: Checkpoint) -> bool:
    """Whether a model of the list is this one."""
    return choice.id in (checkpoint.repo, checkpoint.identity) or (choice.id == TINY and checkpoint.embedded)
