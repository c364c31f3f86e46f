"""The local engine on a cluster, as a backend."""

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image
from pydantic import JsonValue

from backend.adapters.base import Backend, LoraCard, ModelHere, State
from backend.adapters.cluster.fleet import open_fleet
from backend.adapters.cluster.gathering import Gathering
from backend.adapters.cluster.line import Line
from backend.adapters.cluster.replica import Task
from backend.adapters.cluster.scale import Scale
from backend.adapters.job import Forwarding, Job
from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.machine.options import DetectorOptions
from backend.domain.caller import Caller
from backend.domain.capabilities import NO_OPTIONS, Capabilities, Estimate
from backend.domain.events import Generated, Tell, unheard
from backend.domain.parts import Control, Lora
from backend.domain.requests import Request, of_image, references, seeds
from backend.images.storage.files import ImageFiles
from backend.prompts.tokens import TokenCount
from backend.settings import Settings
from backend.threads.background import Loading

NO_RAY = "The cluster needs Ray: run `pip install -r requirements-scale.txt`, or choose another backend."


class ClusterBackend(Backend):
    """What the local engine can, on as many devices as there are: the images of a run are made at the same time."""

    name = "cluster"
    label = "Cluster"
    cost_kind = "estimated"

    def __init__(self, settings: Settings, files: ImageFiles, scale: Scale | None = None) -> None:
        self.files = files
        self._engine = LocalBackend(settings, files)
        """Answers for the replicas, which are the same; it never loads the model."""
        chosen = scale or Scale(most=settings.replicas)
        self._fleet: Loading[Any] = Loading(
            lambda report: open_fleet(settings, chosen, report), failure="The cluster could not be started"
        )
        self._line = Line()
        self._where = f"the cluster at {settings.ray_address}" if settings.ray_address else "a cluster on this machine"

    @property
    def capabilities(self) -> Capabilities:
        """Return what the engine's model can do; how it lies in memory, each replica chooses for its own device."""
        return replace(self._engine.capabilities, options=DetectorOptions)

    def missing(self, caller: Caller) -> str | None:
        """Say how to get Ray, or the model's files; a cluster that is being started isn't missing."""
        return NO_RAY if importlib.util.find_spec("ray") is None else self._engine.missing(caller)

    def state(self, caller: Caller) -> State:
        """Return ready, starting with a fraction, or what is missing."""
        fleet = self._fleet
        if missing := self.missing(caller):
            return State(ready=False, message=missing)
        if fleet.busy:
            return State(ready=False, message=f"{fleet.doing}…", busy=True, fraction=fleet.fraction)
        if fleet.error:
            return State(ready=False, message=str(fleet.error))
        what = f"{self._engine.models.checkpoint.name} on {self._where}"
        return State(ready=True, message=f"Ready: {what}{'' if fleet.result else ', which starts with the first run'}.")

    def warm(self) -> None:
        """Begin to start or join the cluster, where the model's files are here."""
        if self.missing(Caller(visitor="")) is None:
            self._fleet.start()

    @property
    def model_name(self) -> str:
        """Return the engine's model."""
        return self._engine.model_name

    def model_here(self, size: tuple[int, int], model: str | None = None) -> ModelHere:
        """Return the engine's model."""
        return self._engine.model_here(size, model)

    def refuses_lora(self, lora: Lora) -> str | None:
        """Say what the engine says."""
        return self._engine.refuses_lora(lora)

    def remarks(self, request: Request) -> tuple[str, ...]:
        """Say what the engine says."""
        return self._engine.remarks(request)

    def lora_cards(self) -> tuple[LoraCard, ...] | None:
        """Return the engine's, which every replica has at the same place."""
        return self._engine.lora_cards()

    def lora_picture(self, name: str) -> Path | None:
        """Return the engine's."""
        return self._engine.lora_picture(name)

    def actions(self) -> Mapping[str, str]:
        """Offer the downloads that the engine offers; the replicas read the same folder of downloads."""
        return self._engine.actions()

    def act(self, action: str, caller: Caller) -> None:
        """Start a download."""
        self._engine.act(action, caller)

    def estimate(self, request: Request, caller: Caller) -> Estimate:
        """Return what the devices' time costs, as on one machine: more devices make it shorter, not cheaper."""
        return self._engine.estimate(request, caller)

    def run(self, request: Request, caller: Caller, job: Job) -> None:
        """Have each image made on a replica that is free; raise `ProviderBusy` where too many wait already."""
        replicas = self._fleet.wait(job.tell, request.steps)
        gathering = Gathering(replicas, self._line, list(tasks(request, self.files)))
        gathering.run(_Timed(job, partial(self._engine.workshop.timed, request)))

    def control_picture(
        self, control: Control, caller: Caller, options: Mapping[str, JsonValue] = NO_OPTIONS, tell: Tell = unheard
    ) -> Image.Image:
        """Return the map of the control's image (RGB, its size), made here."""
        return self._engine.control_picture(control, caller, options, tell)

    def count_tokens(self, prompt: str) -> TokenCount:
        """Count with the tokenizer of the engine's model."""
        return self._engine.count_tokens(prompt)


@dataclass(slots=True)
class _Timed(Forwarding):
    """A job whose images are taken the time of, in seconds of a replica's device."""

    note_seconds: Callable[[float], None]

    def deliver(self, image: Generated) -> None:
        """Hand it on, after its time was noted for the next estimate."""
        self.note_seconds(image.details["seconds"])
        self.job.deliver(image)


def tasks(request: Request, files: ImageFiles) -> Iterator[Task]:
    """Yield the work of each image of a run: its own request, with the seeds that are its own."""
    pictures = {sha256: files.read(sha256) for sha256 in references(request)}
    for index, seed in enumerate(seeds(request)):
        yield Task(of_image(request, index).model_copy(update={"seed": seed, "count": 1}), pictures)
