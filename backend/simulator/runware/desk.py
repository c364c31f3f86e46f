"""Where tasks are carried out, for both transports: checked, billed, drawn, and remembered under their UUIDs."""

import base64
import json
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from backend.domain.errors import PlaygroundError
from backend.domain.parts import THRESHOLDS
from backend.images.edges import edges
from backend.images.encoding import encode
from backend.images.incoming import check_header
from backend.simulator.faults import Fault
from backend.simulator.runware.checks import Task, errors_of, told
from backend.simulator.runware.drawing import TYPES, draw, image_of, opened
from backend.simulator.runware.prices import published
from backend.simulator.runware.schema import Error
from backend.simulator.world import World

Item = dict[str, Any]
FAULTS = {
    "partial": "the last image of the call fails, the others come",
    "wrong_shape": "items come without any image",
    "silent": "items come without seed and cost",
}


@dataclass(slots=True)
class Job:
    """What became of a task."""

    task: Task
    items: list[Item] = field(default_factory=list)
    errors: list[Error] = field(default_factory=list)
    waiting: list[Item] = field(default_factory=list)
    """Placeholders of results that are still made."""


class Desk:
    """Carries tasks out; safe for many threads. `origin` is the simulator's own address, for what it links to."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._carry: dict[str, Callable[[Task, str], Item]] = {
            "mediaStorage": self._store,
            "imageUpload": self._upload,
            "accountManagement": self._account,
        }

    def perform(self, task: Task, origin: str, fault: Fault | None = None) -> Iterator[tuple[Item | None, list[Error]]]:
        """Carry a task out and yield its results one by one, each as an item or as errors."""
        found = errors_of(task) if self.world.strict else []
        if found:
            yield None, found
        elif task["taskType"] == "getResponse":
            yield from self._response(task)
        elif task["taskType"] == "getTaskDetails":
            yield from self._details(task)
        elif task["taskType"] == "imageInference":
            yield from self._infer(task, origin, fault)
        elif task["taskType"] == "controlNetPreprocess":
            yield from self._guide(task, origin)
        else:
            yield from self._guarded(task, lambda: self._carry[task["taskType"]](task, origin))

    def _infer(self, task: Task, origin: str, fault: Fault | None) -> Iterator[tuple[Item | None, list[Error]]]:
        refused = self._accept(task)
        if refused:
            yield None, [refused]
            return
        job = self.jobs[task["taskUUID"]]
        if task.get("deliveryMethod") == "async":
            job.waiting = [_placeholder(task) for _ in range(task.get("numberResults", 1))]
            threading.Thread(target=self._finish, args=(job, origin, fault), daemon=True, name="simulated job").start()
            yield {"taskType": "imageInference", "taskUUID": task["taskUUID"]}, []
            return
        for item, errors in self._results(task, origin, fault):
            _note(job, item, errors)
            yield item, errors

    def _guide(self, task: Task, origin: str) -> Iterator[tuple[Item | None, list[Error]]]:
        refused = self._accept(task)
        if refused:
            yield None, [refused]
            return
        for item, errors in self._guarded(task, lambda: self._preprocess(task, origin)):
            _note(self.jobs[task["taskUUID"]], item, errors)
            yield item, errors

    def _accept(self, task: Task) -> Error | None:
        price = self.price(task) * task.get("numberResults", 1)
        with self._lock:
            if task["taskUUID"] in self.jobs:
                return told(
                    {"code": "conflictTaskUUID", "message": "This taskUUID was used.", "parameter": "taskUUID"}, task
                )
            if not self.world.account.afford(price):
                message = "Insufficient credits. Add some at https://my.runware.ai/wallet."
                return told({"code": "insufficientCredits", "message": message}, task)
            self.jobs[task["taskUUID"]] = Job(task)
        return None

    def _finish(self, job: Job, origin: str, fault: Fault | None) -> None:
        if not (fault and fault.kind == "partial"):  # what fails, fails early
            time.sleep(self.world.habits.job_seconds)
        for item, errors in self._results(job.task, origin, fault):
            job.waiting = job.waiting[1:]
            _note(job, item and {**item, "status": "success"}, [{**error, "status": "error"} for error in errors])

    def _results(self, task: Task, origin: str, fault: Fault | None) -> Iterator[tuple[Item | None, list[Error]]]:
        number = task.get("numberResults", 1)
        for index in range(number):
            if fault and fault.kind == "partial" and index == number - 1:
                message = "Inference failed on this result."
                yield None, [told({"code": fault.code or "inferenceError", "message": message}, task)]
            else:
                yield from self._guarded(task, partial(self._result, task, index, origin, fault))

    def _result(self, task: Task, index: int, origin: str, fault: Fault | None) -> Item:
        seed = task["seed"] + index if "seed" in task else secrets.randbelow(2**32)
        content, kind = draw(self.world, task, seed)
        price = self.price(task)
        self.world.account.bill(price)
        item = {"taskType": "imageInference", "taskUUID": task["taskUUID"], "imageUUID": str(uuid.uuid4())}
        if not (fault and fault.kind == "wrong_shape"):
            item |= self._delivered(task, content, kind, origin=origin, names=("image", item["imageUUID"]))
        if not (fault and fault.kind == "silent"):
            item |= {"seed": seed} | ({"cost": float(price)} if task.get("includeCost") else {})
        if task.get("safety", {}).get("checkContent"):
            item["NSFWContent"] = "nsfw" in task["positivePrompt"].casefold()
        return item

    def _delivered(self, task: Task, content: bytes, kind: str, *, origin: str, names: tuple[str, str]) -> Item:
        name, identity = names
        media_type = TYPES[kind]
        self.world.media.put(content, media_type, identity)
        match task.get("outputType", "URL"):
            case "base64Data":
                return {f"{name}Base64Data": base64.b64encode(content).decode()}
            case "dataURI":
                return {f"{name}DataURI": f"data:{media_type};base64,{base64.b64encode(content).decode()}"}
            case _:
                return {f"{name}URL": f"{origin}/media/{identity}"}

    def _response(self, task: Task) -> Iterator[tuple[Item | None, list[Error]]]:
        job = self.jobs.get(task["taskUUID"])
        if job is None or job.task.get("deliveryMethod") != "async":
            yield None, [told({"code": "taskNotFound", "message": "No such task."}, task)]
            return
        for item in [*job.items, *job.waiting]:
            yield item, []
        if job.errors:
            yield None, job.errors

    def _details(self, task: Task) -> Iterator[tuple[Item | None, list[Error]]]:
        job = self.jobs.get(task["taskUUID"])
        if job is None or not (job.items or job.errors):
            yield None, [told({"code": "taskNotFound", "message": "No such task."}, task)]
            return
        kept = {"data": job.items} if job.items else {}
        kept |= {"errors": job.errors} if job.errors else {}
        yield {"taskType": "getTaskDetails", "taskUUID": task["taskUUID"], "request": [job.task], "response": kept}, []

    def _guarded(self, task: Task, make: Callable[[], Item]) -> Iterator[tuple[Item | None, list[Error]]]:
        try:
            yield make(), []
        except (PlaygroundError, ValueError) as error:
            # What the schema lets through and the artist can't draw: an image that is none, a size that doesn't add up.
            yield None, [told({"code": "invalidParameter", "message": str(error).splitlines()[0]}, task)]

    def price(self, task: Task) -> Decimal:
        """Return what one image of a task is billed, in USD."""
        return self.world.billed(published(task))

    def _store(self, task: Task, origin: str) -> Item:
        if task["operation"] == "delete":
            self.world.media.remove(task["mediaUUID"])
            return {**_about(task), "mediaUUID": task["mediaUUID"]}
        identity = self._keep(task["media"])
        return {**_about(task), "mediaUUID": identity, "mediaURL": f"{origin}/media/{identity}"}

    def _upload(self, task: Task, origin: str) -> Item:
        identity = self._keep(task["image"])
        return {**_about(task), "imageUUID": identity, "imageURL": f"{origin}/media/{identity}"}

    def _keep(self, text: str) -> str:
        content = self.world.files.read(image_of(self.world, text))
        return self.world.media.put(content, TYPES[check_header(content)], str(uuid.uuid4()))

    def _preprocess(self, task: Task, origin: str) -> Item:
        settings = task.get("settings") or {}
        thresholds = settings.get("lowThresholdCanny", THRESHOLDS[0]), settings.get("highThresholdCanny", THRESHOLDS[1])
        content = encode(edges(opened(self.world, task["inputs"]["image"]), thresholds), "png")
        identity = str(uuid.uuid4())
        item = {**_about(task), "guideImageUUID": identity, "inputImageUUID": str(uuid.uuid4())}
        item |= self._delivered(task, content, "png", origin=origin, names=("guideImage", identity))
        price = self.price(task)
        self.world.account.bill(price)
        return item | ({"cost": float(price)} if task.get("includeCost") else {})

    def _account(self, task: Task, _origin: str) -> Item:
        amount = {"amount": float(self.world.account.balance), "freeBalance": 0, "currency": "USD"}
        return {**_about(task), "operation": "getDetails", "balance": amount, "apiKeys": [], "team": []}


def _about(task: Task) -> Item:
    return {"taskType": task["taskType"], "taskUUID": task["taskUUID"]}


def _placeholder(task: Task) -> Item:
    return {**_about(task), "imageUUID": str(uuid.uuid4()), "status": "processing", "progress": 50}


def _note(job: Job, item: Item | None, errors: list[Error]) -> None:
    if item:
        job.items.append(item)
    job.errors.extend(errors)


def without_images(task: Task) -> Any:
    """Return a task for the record of arrivals, its images cut short."""
    text = json.dumps(task)
    return json.loads(text) if len(text) < 10_000 else json.loads(json.dumps(_short(task)))


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_short(entry) for entry in value]
    return f"{value[:80]}…" if isinstance(value, str) and len(value) > 4000 else value
