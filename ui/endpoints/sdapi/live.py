"""What goes on for a caller through this API: how far it is, and its end by `interrupt` or `skip`."""

import base64
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pydantic import JsonValue

from backend.domain.events import Progress, Queued
from backend.playground import Playground
from ui.endpoints.door.order import Order
from ui.endpoints.script_runs import Progressing


@dataclass(slots=True)
class Going:
    """One request that is carried out: its order, how many images it is for, and how it was last heard of."""

    order: Order
    images: int
    task: str = ""
    """The client's own name for it (`force_task_id`)."""
    began: float = field(default_factory=time.monotonic)
    now: Progressing | None = None
    step: Progress | None = None
    ahead: int | None = None
    interrupted: bool = False
    skipped: bool = False

    def heard(self, now: Progressing) -> None:
        """Note what has just been heard of it."""
        self.now = now
        match now.event:
            case Progress() as step:
                self.step = step
            case Queued(ahead):
                self.ahead = ahead

    @property
    def done(self) -> int:
        """Return how many of its images are there."""
        return len(self.now.images) if self.now else 0

    @property
    def fraction(self) -> float:
        """Return how far it is, from 0 to 1."""
        step = self.step
        within = step.step / step.total if step and step.total else 0.0
        return min((self.done + min(within, 0.99)) / self.images, 0.99)


class LiveOrders:
    """Every request of this API that goes on here, by the visitor who sent it; nobody sees another's."""

    def __init__(self, playground: Playground) -> None:
        self.playground = playground
        self._lock = threading.Lock()
        self._going: list[Going] = []

    @contextmanager
    def carrying(self, going: Going) -> Iterator[Going]:
        """List a request while it is carried out."""
        with self._lock:
            self._going.append(going)
        try:
            yield going
        finally:
            with self._lock:
                self._going.remove(going)

    def of(self, visitor: str) -> list[Going]:
        """Return what goes on for a visitor, oldest first."""
        with self._lock:
            return [going for going in self._going if going.order.caller.visitor == visitor]

    def interrupt(self, visitor: str) -> None:
        """End all that goes on for a visitor; what a provider has accepted is collected into the history."""
        for going in self.of(visitor):
            going.interrupted = True
            self.stop(going)

    def skip(self, visitor: str) -> None:
        """End the run of each request that is being drawn, and let its next one begin (A1111's `n_iter`)."""
        for going in self.of(visitor):
            going.skipped = True
            if going.now:
                going.now.skip = True
            self.stop(going)

    def stop(self, going: Going) -> None:
        """Stop the runs of a request that go on now."""
        for run_id in list(going.order.opened.values()):
            live = self.playground.live.found(run_id)
            if live is not None and not live.stream.over:
                live.stream.stop()


def progress_json(all_going: list[Going], *, without_image: bool) -> dict[str, JsonValue]:
    """Return A1111's `/progress` of what goes on for one visitor: of the oldest, which is drawn first."""
    if not all_going:
        return {**_IDLE, "state": {**_IDLE_STATE}}
    going = all_going[0]
    fraction, passed = going.fraction, time.monotonic() - going.began
    preview = going.step.preview if going.step and not without_image else None
    ahead = f"Waiting: {going.ahead} ahead" if going.ahead and not going.step else None
    doing = going.step.doing if going.step else None
    state: dict[str, JsonValue] = {
        "skipped": going.skipped,
        "interrupted": going.interrupted,
        "stopping_generation": going.interrupted,
        "job": going.task or going.order.order_id,
        "job_count": going.images,
        "job_timestamp": time.strftime("%Y%m%d%H%M%S", time.localtime(time.time() - passed)),
        "job_no": going.done,
        "sampling_step": going.step.step if going.step else 0,
        "sampling_steps": going.step.total if going.step else 0,
    }
    return {
        "progress": fraction,
        "eta_relative": passed / fraction - passed if fraction else 0.0,
        "state": state,
        "current_image": base64.b64encode(preview).decode() if preview else None,
        "textinfo": ahead or doing,
        "current_task": going.task or going.order.order_id,
    }


_IDLE: dict[str, JsonValue] = {
    "progress": 0.0,
    "eta_relative": 0.0,
    "current_image": None,
    "textinfo": None,
    "current_task": None,
}
_IDLE_STATE: dict[str, JsonValue] = {
    "skipped": False,
    "interrupted": False,
    "stopping_generation": False,
    "job": "",
    "job_count": 0,
    "job_timestamp": "0",
    "job_no": 0,
    "sampling_step": 0,
    "sampling_steps": 0,
}
"""What A1111 says when it does nothing; SillyTavern waits for a `job_count` of 0 after a change of model."""
