"""Runware's tasks over HTTP: what is sent, what comes back, and the questions that cost nothing."""

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

from pydantic import SecretStr

from backend.adapters.job import Waiter
from backend.adapters.provider.line import Call, Line, Reply
from backend.adapters.runware import replies
from backend.adapters.runware.refusals import from_status, to_error
from backend.adapters.runware.replies import Answer, Refusal
from backend.adapters.runware.wire import AccountQuestion, Ask, Message, Upload
from backend.domain.errors import BadReply, Billed, PlaygroundError

MOST_IMAGE = 64 * 2**20
BASE_SECONDS, IMAGE_SECONDS = 120.0, 15.0
"""How long a synchronous run may take: the service's own limit, and more for each further image."""
QUESTION_SECONDS = 30.0
DRY_RUN = {"X-Runware-Dry-Run": "1"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One reply: what it says, and the HTTP around it."""

    answer: Answer
    reply: Reply

    @property
    def refused(self) -> bool:
        """Whether the whole call was refused: tasks that the refusals don't name weren't taken either."""
        return not self.reply.ok and not self.answer.items

    def error(self, refusal: Refusal, key: SecretStr) -> PlaygroundError:
        """Return the error for a refusal of this reply; unknown bill where an earlier try may have been accepted."""
        billed: Billed = "unknown" if self.reply.doubtful and self.reply.pays else "no"
        return to_error(refusal, status=self.reply.status, key=key, billed=billed)


class Service:
    """Runware, with a key for each call."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def submit(self, tasks: Sequence[Message], key: SecretStr, *, waiter: Waiter) -> Exchange:
        """Send tasks that may cost money.

        While the `waiter` wants them, they are sent again under the same UUIDs: Runware refuses to carry one out twice.
        """
        seconds = BASE_SECONDS + IMAGE_SECONDS * len(tasks)
        return self._post(tasks, key, pays=True, seconds=seconds, wanted=waiter.wants, told=waiter.hears)

    def dry_run(self, tasks: Sequence[Message], key: SecretStr) -> Exchange:
        """Send tasks, once, with the header that asks for their price alone; see `DryRuns` for who may."""
        return self._post(tasks, key, pays=True, seconds=QUESTION_SECONDS, wanted=lambda: False, headers=DRY_RUN)

    def results(self, task_uuids: Sequence[str], key: SecretStr, *, archived: bool) -> Exchange:
        """Ask what became of tasks: asynchronous ones by their results, others (`archived`) in the archive."""
        kind: Literal["getTaskDetails", "getResponse"] = "getTaskDetails" if archived else "getResponse"
        questions = [Ask(task_type=kind, task_uuid=one) for one in task_uuids]
        exchange = self._post(questions, key, pays=False, seconds=QUESTION_SECONDS)
        return Exchange(replies.details(exchange.answer), exchange.reply) if archived else exchange

    def upload(self, data_uri: str, key: SecretStr) -> str:
        """Store an image in the account and return its UUID; Runware deletes it 30 days after its last use."""
        exchange = self._post([Upload(task_uuid=new_uuid(), media=data_uri)], key, pays=False, seconds=BASE_SECONDS)
        for item in exchange.answer.items:
            if item.media_uuid:
                return item.media_uuid
        raise self._why(exchange, key, "took an image but named no UUID for it; try again.")

    def balance(self, key: SecretStr) -> Decimal:
        """Return the account's USD."""
        exchange = self._post([AccountQuestion(task_uuid=new_uuid())], key, pays=False, seconds=QUESTION_SECONDS)
        found = replies.balance(exchange.answer)
        if found is None:
            raise self._why(exchange, key, "named no balance; look it up at my.runware.ai.")
        return found

    def fetch(self, url: str) -> bytes:
        """Return the file of a result."""
        return self.line.fetch(url, most_bytes=MOST_IMAGE)

    def _post(
        self,
        tasks: Sequence[Message],
        key: SecretStr,
        *,
        pays: bool,
        seconds: float,
        wanted: Callable[[], bool] = lambda: True,
        told: Callable[[str], None] = lambda _: None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Exchange:
        body: list[dict[str, Any]] = [task.body() for task in tasks]
        patience: dict[str, Any] = {"seconds": seconds, "wanted": wanted, "told": told}
        call = Call(method="POST", key=key, json=body, headers=headers, pays=pays, **patience)
        reply = self.line.ask(call)
        try:
            answer = replies.read(reply.json())
        except BadReply:
            if reply.ok:
                raise
            answer = Answer()
        if answer.empty and not reply.ok:
            # A gateway's page instead of Runware's words: who knows how far the request got.
            raise from_status(reply, key=key)
        return Exchange(answer, reply)

    def _why(self, exchange: Exchange, key: SecretStr, otherwise: str) -> PlaygroundError:
        for refusal in exchange.answer.refusals:
            return exchange.error(refusal, key)
        return BadReply(f"Runware {otherwise}", billed="unknown" if exchange.reply.pays else "no")


def key_mark(key: SecretStr | None) -> str:
    """Return what stands for a key where it must not be kept."""
    return "" if key is None else hashlib.sha256(key.get_secret_value().encode()).hexdigest()


def new_uuid() -> str:
    """Return a UUID of version 4, the only one that Runware takes."""
    return str(uuid.uuid4())
