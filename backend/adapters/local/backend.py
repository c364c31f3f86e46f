"""The local engine as a backend."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

from PIL import Image
from pydantic import JsonValue

from backend.adapters.base import UNLOAD, USE, Backend, LoraCard, ModelChoice, ModelHere, State
from backend.adapters.local import abilities, workshop
from backend.adapters.local.at_hand import Models
from backend.adapters.local.collection.choices import TINY, choices
from backend.adapters.local.collection.collection import Z_IMAGE, Collection
from backend.adapters.local.collection.index import Entry
from backend.adapters.local.collection.places import folders_of
from backend.adapters.local.control.sources import find_controlnets, lacking_controlnet, unions_of
from backend.adapters.local.drawing.cache_plan import plan_of
from backend.adapters.local.loras.cards import card_of, picture_of
from backend.adapters.local.loras.shelf import LoraShelf
from backend.adapters.local.machine.checkpoint import EMBEDDED_MODEL, REAL, Checkpoint
from backend.adapters.local.machine.device import Machine, look
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.machine.kinds import remarks
from backend.adapters.local.machine.memory import free_memory, size_words
from backend.adapters.local.machine.option_rules import option_problems, weights_offered
from backend.adapters.local.machine.options import (
    DETECTORS,
    ControlNetWeights,
    DetectorOptions,
    LocalOptions,
    options_of,
)
from backend.adapters.local.parts.model_parts import lacking_gguf
from backend.adapters.local.scenes.kept_tiles import KeptTiles
from backend.adapters.local.scenes.mosaic import tiles_memory
from backend.adapters.local.scenes.redrawn_tiles import held_to_tiles, large_size
from backend.adapters.local.standing import offer_of
from backend.adapters.local.upscaling.shelf import UpscalerShelf, is_upscaler
from backend.adapters.local.workshop import Workshop
from backend.adapters.local.zerogpu import Decorate, forked
from backend.adapters.step_cache_rules import cache_problems
from backend.domain.caller import Caller
from backend.domain.capabilities import FREE, NO_OPTIONS, Capabilities, Estimate, read_options
from backend.domain.errors import Problem, Unsupported
from backend.domain.events import Listener, Tell, unheard
from backend.domain.parts import Control, Lora
from backend.domain.requests import Request, TextToImage, Upscale, controls_of, undrawn
from backend.images.growing import growth_problem
from backend.images.incoming import open_upright, sides_of
from backend.images.storage.files import ImageFiles
from backend.prompts.tokens import TokenCount, TokenCounter
from backend.settings import Settings
from backend.threads.telling import Work

SECONDS_AN_HOUR = 3600
_UNHELD = "Set it to 0 to redraw without one, at a strength of 0.2 or less."
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
        self.models = Models(
            settings.model, self.machine, self.extras, self.collection.folders, self._other_controlnets
        )
        # A stranger must neither start a download on somebody else's machine nor make all wait for another layout.
        self._trusts = not settings.public
        self._loras = LoraShelf(settings.data / "loras", outside=not settings.public, others=self._other_loras)
        upscalers = UpscalerShelf(settings.data / "upscalers", self._other_upscalers)
        per_second = settings.gpu_usd_per_hour / SECONDS_AN_HOUR
        self.workshop = Workshop(
            files,
            self.models,
            self.extras,
            self._loras,
            upscalers,
            usd_per_second=per_second,
            kept=KeptTiles(settings.data / "tiles"),
            holds_tiles=lambda: self._no_tiles() is None,
        )
        self.detectors = self.workshop.detectors
        self._work: Work = forked(self.workshop.make, gpu) if gpu else self.workshop.make
        self._forks = gpu is not None
        self._tokens = TokenCounter(self.models.checkpoint.folder)

    @property
    def capabilities(self) -> Capabilities:
        """Return what the model at hand can do."""
        lacking = {f"preprocess={name}": reason for name, reason in self.workshop.detectors.lacking().items()}
        unguided = self._unguided()
        if unguided:
            lacking["controls"] = unguided
        if unsafe := self.extras.lacking("safety"):
            lacking["safety"] = unsafe
        found = abilities.capabilities(self.models.checkpoint, lacking, guided=not unguided)
        takes = found.takes | workshop.TAKES
        upscalers = self.workshop.enlarging.shelf.names()
        found = replace(found, choices={**found.choices, "upscaler": upscalers, "hires_method": upscalers})
        if not self._trusts:
            return replace(found, takes=takes, options=DetectorOptions, rules=self._problems)
        offered = {**found.choices, "options.weights": weights_offered(self.machine)}
        return replace(found, takes=takes, options=LocalOptions, choices=offered, rules=self._problems)

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

    def _other_loras(self) -> list[Path]:
        return self._of_others("lora", "", Z_IMAGE)

    def _other_controlnets(self) -> list[Path]:
        return self._of_others("controlnet", Z_IMAGE) if self.collection.folders else []

    def _of_others(self, role: str, *architectures: str) -> list[Path]:
        """Return the files of a role and of these architectures that lie in other tools' folders."""
        fitting = [each for each in self._elsewhere() if each.role == role and each.architecture in architectures]
        return [Path(each.path) for each in fitting]

    def _other_upscalers(self) -> list[Path]:
        found = self._elsewhere() if self.collection.folders else ()
        return [Path(each.path) for each in found if is_upscaler(each.role, Path(each.path))]

    def _elsewhere(self) -> tuple[Entry, ...]:
        return self.collection.entries() or self.collection.entries(wait=True)

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

    def _problems(self, request: Request) -> Iterator[Problem]:
        yield from self._outgrown(request)
        if undrawn(request):
            if request.options:
                yield Problem("options", "of drawing have no effect on an enlargement: leave them out.")
            return
        options = options_of(request.options)
        yield from cache_problems(request)
        yield from self._loras.problems(request.loras, options.weights)
        yield from self.workshop.detectors.problems(controls_of(request), options)
        if whole := large_size(request, self.files, abilities.frame(self.models.checkpoint)):
            yield from self._too_large(request, whole)
        tiled = isinstance(request, Upscale) and held_to_tiles(request, held=True)
        if tiled and (reason := self._no_tiles()):
            yield Problem("control_scale", f"needs a ControlNet that knows tiles. {reason} {_UNHELD}")
        elif controls_of(request) or tiled:
            yield from self._no_controlnet(options.controlnet)
        no_gguf = lacking_gguf(self.models.checkpoint, self.extras)
        yield from option_problems(request, options, self.machine, no_gguf)

    def _outgrown(self, request: Request) -> Iterator[Problem]:
        match request:
            case Upscale():
                problem = growth_problem(sides_of(self.files, request.image), request.factor)
            case TextToImage() if request.width and request.height:
                problem = growth_problem((request.width, request.height), request.hires_scale, "hires_scale")
            case _:
                problem = None
        if problem:
            yield problem

    def _too_large(self, request: Request, whole: tuple[int, int]) -> Iterator[Problem]:
        """Refuse the picture that the machine's memory doesn't hold beside the model, before anything is drawn."""
        needed, free = tiles_memory(whole, abilities.frame(self.models.checkpoint)), free_memory("cpu")
        if needed > free:
            name = "factor" if isinstance(request, Upscale) else "hires_scale"
            yield Problem(
                name,
                f"makes {whole[0]}×{whole[1]}, which takes {size_words(needed)} of memory beside the model, and "
                f"{size_words(free)} are free: choose a smaller one, or close other programs.",
            )

    def _no_tiles(self) -> str | None:
        """Say why no ControlNet here can hold the tiles of a large picture; None where one can."""
        known = self.models.checkpoint.world().get("scores", {}).get("sets")
        if known is not None and "tile" not in known:
            return "This model's own knows edges alone."
        return self._unguided()

    def _unguided(self) -> str | None:
        """Say why there is no ControlNet for the model at hand, with the way out; None where there is one."""
        checkpoint = self.models.checkpoint
        if find_controlnets(checkpoint, self.extras, others=self._other_controlnets()):
            return None
        return self.extras.lacking(*unions_of(checkpoint, "lite")) or "This model has no ControlNet."

    def _no_controlnet(self, wanted: ControlNetWeights) -> Iterator[Problem]:
        if reason := lacking_controlnet(self.models.checkpoint, self.extras, wanted, self._other_controlnets()):
            yield Problem("options.controlnet", f"is {wanted}. {reason}")


def _is(choice: ModelChoice, checkpoint: Checkpoint) -> bool:
    """Whether a model of the list is this one."""
    return choice.id in (checkpoint.repo, checkpoint.identity) or (choice.id == TINY and checkpoint.embedded)
