"""One run's tasks at Runware: which are still to come, what came, and what was refused."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from backend.adapters.job import Job, remember
from backend.adapters.provider.files import finished
from backend.adapters.provider.ordering import Rhythm
from backend.adapters.runware.replies import Answer, Item, Refusal
from backend.adapters.runware.service import Exchange, Service
from backend.domain.errors import BadReply, GenerationFailed, PlaygroundError, ProviderTimeout, together
from backend.domain.events import Generated, Progress
from backend.domain.providers import RUNWARE
from backend.domain.records import READY
from backend.domain.requests import Request
from backend.images.compositing import Finish

RHYTHM = Rhythm(first=1.0, growth=1.5, longest=5.0)
"""Runware advises to begin at one or two seconds and to slow down."""
PATIENCE = 600.0
"""Seconds of waiting after which a run that Runware still works on is left to be recovered later."""
STRANGER_PATIENCE = 20.0
"""Seconds of waiting for a task that Runware says it doesn't know (yet)."""

WORKING = ("processing", "queued", "pending", "scheduled", "waiting")
"""What a result's status is before it is there, by Runware's documents and its clients."""
FETCHED_AT_ONCE = 4
QUESTIONS = ("getResponse", "getTaskDetails")

LATER = "Runware still works on this run after {seconds:.0f} s; recover it later, since it may be billed."
STRANGER = "Runware knows nothing of this run: most likely it was never accepted, but a bill can't be ruled out."


@dataclass(slots=True)
class Order:
    """The tasks of one run; every image is delivered as soon as it is there, whatever else went wrong."""

    service: Service
    key: SecretStr
    request: Request
    ids: Mapping[str, Any]
    job: Job
    finish: Finish | None
    sleep: Callable[[float], None]
    pending: dict[str, int] = field(default_factory=dict)
    errors: list[PlaygroundError] = field(default_factory=list)
    asking: bool = False
    """Whether the tasks were accepted, so that a refused question says nothing of their bill."""

    @property
    def archived(self) -> bool:
        """Whether its results are asked for in the archive, as those of synchronous tasks are."""
        return self.ids.get("delivery") != "async"

    def settle(self) -> None:
        """Raise what went wrong, once everything that came has been delivered."""
        if self.pending:
            message = f"Runware's answer lacks {len(self.pending)} of the images; recover the run later."
            self.errors.append(BadReply(message))
        if self.errors:
            raise together(self.errors)

    def take(self, exchange: Exchange) -> bool:
        """Deliver the images of a reply and note its refusals; return whether Runware said it had the tasks before."""
        self.note(exchange.answer)
        self._take_items(exchange.answer.items)
        known = False
        for refusal in exchange.answer.refusals:
            if refusal.conflict:
                known = True
            elif not refusal.unknown:
                self._refuse(refusal, exchange.error(refusal, self.key))
        if self.errors and not known and not self.asking and exchange.refused:
            self.pending.clear()
        return known

    def note(self, answer: Answer) -> None:
        """Tell what a reply's images cost and where they lie, before they are fetched."""
        self._tell_bills(answer.items)
        self._keep_addresses(answer)

    def take_found(self, found: Mapping[str, Mapping[str, Any]]) -> None:
        """Deliver the images whose addresses an earlier attempt had put on disk."""
        items = [Item.model_validate({**entry, "taskUUID": one}) for one, entry in found.items()]
        self._tell_bills(items)
        self._take_items(items)

    def wait(self, *, patience: float = PATIENCE, strange_patience: float = STRANGER_PATIENCE) -> None:
        """Ask until nothing is pending; raise `ProviderTimeout` where patience (seconds of waiting) ends first."""
        self.asking = True
        beats, strange = RHYTHM.beats(self.sleep), 0.0
        while self.pending:
            pause, waited = next(beats)
            exchange = self._ask()
            self.take(exchange)
            strange = strange + pause if _is_stranger(exchange.answer) else 0.0
            if self.pending and strange >= strange_patience:
                raise ProviderTimeout(STRANGER)
            if self.pending and waited >= patience:
                raise ProviderTimeout(LATER.format(seconds=waited))

    def _ask(self) -> Exchange:
        try:
            return self.service.results(list(self.pending), self.key, archived=self.archived)
        except GenerationFailed as error:
            error.billed = "unknown"
            raise

    def _tell_bills(self, items: Sequence[Item]) -> None:
        """Say what the images cost before anything of them can fail: they are paid for as soon as they are made."""
        for item in items:
            task_uuid = self._task_of(item.task_uuid)
            if item.done and task_uuid is not None:
                self.job.charge(item.cost, self.pending[task_uuid])

    def _take_items(self, items: Sequence[Item]) -> None:
        """Note what each item says; files are fetched side by side, and delivered in the order of the items."""
        with ThreadPoolExecutor(FETCHED_AT_ONCE, thread_name_prefix="fetch") as pool:
            # What is to come is settled before the first is taken: a fetch may begin long after it was asked for.
            contents = [pool.submit(self._content, item) if self._is_to_come(item) else None for item in items]
            for item, content in zip(items, contents, strict=True):
                self._take_item(item, content)

    def _is_to_come(self, item: Item) -> bool:
        return item.done and (item.task_uuid is None or item.task_uuid in self.pending)

    def _content(self, item: Item) -> bytes:
        return item.content() or self.service.fetch(item.image_url or "")

    def _take_item(self, item: Item, content: "Future[bytes] | None") -> None:
        task_uuid = self._task_of(item.task_uuid)
        if task_uuid is None:
            return
        if content is None:
            self._note_unfinished(task_uuid, item)
            return
        index = self.pending.pop(task_uuid)
        details = {"task_uuid": task_uuid, "image_uuid": item.image_uuid}
        try:
            made = finished(RUNWARE.label, content.result(), self.finish)
            self.job.deliver(Generated(made, item.seed, item.cost, index, item.flagged, details))
        except PlaygroundError as error:
            # Also a full disk: the image is paid for all the same, and the next one may still find its place.
            error.billed = item.billed
            self.errors.append(error)

    def _note_unfinished(self, task_uuid: str, item: Item) -> None:
        index = self.pending[task_uuid]
        if self.asking and self.archived and item.image_uuid and item.status not in WORKING:
            del self.pending[task_uuid]
            message = f"Runware made image {index + 1} of this run, but its archive has no file of it any more."
            self.job.charge(item.cost, index)
            self.errors.append(BadReply(message, billed=item.billed))
        elif item.progress:
            self.job.tell(Progress(round(item.progress), 100, index=index, doing="Drawing at Runware (%)"))

    def _refuse(self, refusal: Refusal, error: PlaygroundError) -> None:
        """Count a refusal: of its own task, or of all that are pending where it names none."""
        task_uuid = self._task_of(refusal.task_uuid)
        if self.asking and (refusal.task_uuid is None or refusal.task_type in QUESTIONS):
            error.billed = "unknown"
        if task_uuid is not None:
            del self.pending[task_uuid]
            self.errors.append(error)
        elif refusal.task_uuid is None and self.pending:
            self.pending.clear()
            self.errors.append(error)

    def _task_of(self, task_uuid: str | None) -> str | None:
        if task_uuid is None and len(self.pending) == 1:
            return next(iter(self.pending))
        return task_uuid if task_uuid in self.pending else None

    def _keep_addresses(self, answer: Answer) -> None:
        """Put what the images are called on disk before they are fetched: a crash in between then loses none."""
        made = {task: item for item in answer.items if item.done and (task := self._task_of(item.task_uuid))}
        if made:
            found = {task: _address(item) for task, item in made.items() if item.image_url}
            self.ids = {**self.ids, READY: True, "found": {**self.ids.get("found", {}), **found}}
            remember(self.job, self.ids)


def _address(item: Item) -> dict[str, Any]:
    return {
        "imageURL": item.image_url,
        "imageUUID": item.image_uuid,
        "seed": item.seed,
        "cost": None if item.cost is None else str(item.cost),
        "NSFWContent": item.flagged,
    }


def _is_stranger(answer: Answer) -> bool:
    return not answer.items and all(refusal.unknown for refusal in answer.refusals)


def numbered(task_uuids: Sequence[str], have: set[int]) -> dict[str, int]:
    """Return the index of each task whose image isn't there yet."""
    return {task_uuid: index for index, task_uuid in enumerate(task_uuids) if index not in have}
