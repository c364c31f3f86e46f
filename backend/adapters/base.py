"""The boundary to whoever makes the images."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from PIL import Image
from pydantic import JsonValue

from backend.adapters.detection import Detectors, EdgesAlone
from backend.adapters.job import Job
from backend.domain.caller import Caller
from backend.domain.capabilities import FREE, NO_OPTIONS, Capabilities, Estimate
from backend.domain.errors import InvalidRequest, Problem, Unsupported
from backend.domain.events import Tell, unheard
from backend.domain.parts import Control, Lora
from backend.domain.records import CostKind, Run
from backend.domain.requests import ControlNet, ImageToImage, Request, TextToImage
from backend.prompts.tokens import TokenCount, TokenCounter

USE, UNLOAD = "use ", "unload"
"""The actions that switch to a model, by its `id` behind the word, and that give the memory of the one at hand back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelHere:
    """The model that draws on this machine: a hub id or a folder, and the size at which it draws what is asked for.

    `exact`: it is computed in fp32 everywhere.
    """

    name: str
    size: tuple[int, int]
    exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """A model that may draw on this machine, as the page lists it.

    `id` is what chooses it; `about` its kind, its size on disk and its precision, empty for the one that ships with the
    playground; `unfit` says why this machine can't hold it, or is empty. `chosen` is the one at hand, and `loaded`
    whether it takes memory now.
    """

    id: str
    name: str
    about: str
    unfit: str = ""
    chosen: bool = False
    loaded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoraCard:
    """A LoRA that may be chosen, as the page lists it.

    `id` is what a request names it by; `words` are those that call it, `weight` the one that it is meant for,
    `pictured` whether there is a picture of it. `problem` says why it can't be used, or is empty.
    """

    id: str
    title: str
    about: str
    words: tuple[str, ...] = ()
    weight: float = 1.0
    pictured: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """How a backend stands: ready, busy getting ready, or what is missing, in one sentence."""

    ready: bool
    message: str
    busy: bool = False
    fraction: float | None = None


class Backend(ABC):
    """One maker of images: this machine, or a provider.

    `run` is called in a worker thread with a `Job`, whose calls it makes as `backend.adapters.job` says, and raises a
    `PlaygroundError` when it can't go on. What a provider bills is charged as soon as its answer says it, before
    anything that was made is fetched. A call may raise `Cancelled`, once nobody wants the result; let it pass.
    """

    name: str
    label: str
    accelerated: bool = False
    """Whether it runs on a GPU of this machine."""
    cost_kind: CostKind = "billed"
    """What the costs are that it tells: the provider's own bill, or this machine's estimate."""
    asked_again: bool = True
    """Whether it can be asked later what became of an order, so that `collect` may find more than is here."""
    exact_prices: bool = False
    """Whether `exact_price` may know more than `estimate`."""
    detectors: Detectors = EdgesAlone()
    """What makes control pictures on this machine; the playground lends the local backend's to the others."""

    @property
    def takes_money(self) -> bool:
        """Whether its runs are paid by somebody, on the visitor's own key or the server's, so that caps hold."""
        return self.cost_kind == "billed"

    def kind_of_cost(self, provider_ids: Mapping[str, Any]) -> CostKind:
        """Return what the costs of a run are, by the ids that it stored."""
        return self.cost_kind

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """Return what this backend can do now."""

    @abstractmethod
    def missing(self, caller: Caller) -> str | None:
        """Say in one sentence what this caller has to do before a run can start, or None."""

    @abstractmethod
    def estimate(self, request: Request, caller: Caller) -> Estimate:
        """Return what the request may cost; never asks the network."""

    @abstractmethod
    def run(self, request: Request, caller: Caller, job: Job) -> None:
        """Make the images of a checked request whose seed is drawn, and deliver each as it is done."""

    def exact_price(self, request: Request, caller: Caller, job: Job) -> Decimal:
        """Ask what a run would be billed (USD), without ordering it; raise `Unsupported` where that isn't safe.

        `job` is told what a run would tell, should asking turn out to be ordering.
        """
        raise Unsupported([Problem("", f"{self.label} tells no exact price; the estimate is all there is.")])

    def state(self, caller: Caller) -> State:
        """Return how the backend stands, for the line beside the switch."""
        missing = self.missing(caller)
        return State(ready=missing is None, message=missing or "Ready")

    def warm(self) -> None:
        """Begin in the background what would make the first run wait; returns at once."""
        return

    def tidy(self, before: float) -> int:
        """Remove files that runs can do without and that are older than a moment (seconds since 1970).

        Returns how many went.
        """
        return 0

    def collect(self, run: Run, caller: Caller, job: Job) -> None:
        """Finish a run from the ids that it stored; never a new submission.

        Raises `Unsupported` where there is nothing to collect.
        """
        raise Unsupported([Problem("", f"{self.label} has nothing to collect; run the request again.")])

    def control_estimate(self, control: Control, caller: Caller) -> Estimate:
        """Return what it costs to see a control picture alone."""
        return FREE

    def control_picture(
        self, control: Control, caller: Caller, options: Mapping[str, JsonValue] = NO_OPTIONS, tell: Tell = unheard
    ) -> Image.Image:
        """Return the map that the control's image gives after its preprocessing (RGB, the image's size), for free.

        `options` are the backend's own, as a request has them; `tell` hears what goes on, and may raise to leave.
        Raise `Unsupported` where there is no such map, or none for free.
        """
        raise Unsupported([Problem("preprocess", f"{self.label} makes no control pictures.")])

    def draw_control(self, request: ControlNet, caller: Caller, job: Job) -> None:
        """Make the control picture of a request alone, where it costs money, and deliver it as the run's image.

        Raise `Unsupported` where none is sold.
        """
        raise Unsupported([Problem("preprocess", f"{self.label} sells no control pictures.")])

    def count_tokens(self, prompt: str) -> TokenCount:
        """Return how long a prompt is for the model; estimated where its tokenizer isn't here."""
        return TokenCounter(None).count(prompt)

    @property
    def model_name(self) -> str:
        """Return the model that draws, as its maker or its seller calls it."""
        return self.label

    def model_here(self, size: tuple[int, int], model: str | None = None) -> ModelHere | None:
        """Return with what a picture of this size (width, height in pixels) is drawn; None where it is a provider.

        `model` names the one that drew it, where that is known: another one may be at hand by now.
        """
        return None

    def kept_size(self, request: ImageToImage | ControlNet) -> tuple[int, int] | None:
        """Return the width and height that "the picture's own size" comes to here, where that is another; else None.

        Raises `NotFound` where the picture's file is gone.
        """
        return None

    def comes_back(self, passed: Sequence[str]) -> bool:
        """Whether an order that has passed these (`backend.visitors.passing`) would go round, if handed on here."""
        return False

    def lora_names(self) -> tuple[str, ...]:
        """Return the LoRAs that lie here to be named; a provider's are its own to list."""
        return ()

    def refuses_lora(self, lora: Lora) -> str | None:
        """Say why a LoRA can't be used here, or None where it can."""
        try:
            self.capabilities.check(TextToImage(prompt="any", loras=(lora,)))
        except InvalidRequest as error:
            said = next((each.message for each in error.problems if each.field.startswith("loras")), None)
            return said and said.removeprefix(f"is {lora.model!r}; ")
        return None

    def remarks(self, request: Request) -> tuple[str, ...]:
        """Return what of a request will act otherwise than it reads with the model at hand, in sentences."""
        return ()

    def model_choices(self, caller: Caller) -> tuple[ModelChoice, ...]:
        """Return the models that this caller may switch between, by `act`; none where they may not."""
        return ()

    def lora_cards(self) -> tuple[LoraCard, ...] | None:
        """Return the LoRAs to choose among, by title; None where they are named by a provider's own identifiers."""
        return None

    def lora_picture(self, name: str) -> Path | None:
        """Return the picture of a LoRA by its card's `id`, or None where there is none."""
        return None

    def actions(self) -> Mapping[str, str]:
        """Name what the page may offer beside the state, as id and label; `act` carries one out."""
        return {}

    def offered(self, caller: Caller) -> Mapping[str, str]:
        """Return those of `actions` that this caller may carry out now."""
        return self.actions()

    def ordered_by(self, action: str) -> tuple[Request, ...]:
        """Return what an action of `actions` orders, each a run of its own; empty where `act` carries it out."""
        return ()

    def act(self, action: str, caller: Caller) -> None:
        """Carry out an action of `actions`; raise `Unsupported` for another one."""
        raise Unsupported([Problem("", f"{self.label} knows no action {action!r}.")])
