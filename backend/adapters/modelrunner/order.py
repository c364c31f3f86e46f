"""One run's requests at ModelRunner: sent once each, asked for until they end, and every image delivered that comes."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydantic import SecretStr

from backend.adapters.job import Job, remember
from backend.adapters.modelrunner.delivery import Delivery
from backend.adapters.modelrunner.refusals import failed, purged, refused
from backend.adapters.modelrunner.replies import Record, read_envelope, read_record
from backend.adapters.modelrunner.service import Names, Service
from backend.adapters.modelrunner.ticket import Ticket
from backend.adapters.modelrunner.wire import Input
from backend.adapters.provider.line import Reply
from backend.adapters.provider.ordering import Rhythm, place, search
from backend.domain.errors import (
    BadReply,
    Cancelled,
    GenerationFailed,
    PlaygroundError,
    ProviderTimeout,
    ProviderUnreachable,
    StorageFull,
    together,
)
from backend.domain.events import Progress
from backend.domain.records import READY

RHYTHM = Rhythm(first=0.5, growth=1.3, longest=2.0)
"""ModelRunner advises to ask each second or two."""
PATIENCE = 600.0
"""Seconds of waiting after which a run that ModelRunner still works on is left to be recovered later."""
MOST_STRIKES = 6
"""Questions in a row without a use, after which a request is left to be recovered later; the line repeats each."""

LATER = "ModelRunner still works on this run after {seconds:.0f} s; recover it later, since it may be billed."
LOST = "ModelRunner's answer was lost, and its history doesn't show the request (yet): recover the run later."
NEVER_SENT = (
    "The playground stopped before ModelRunner was asked for all images; the rest was never sent. Run it again."
)
WAITING = {"IN_QUEUE": "Waiting in ModelRunner's queue", "IN_PROGRESS": "ModelRunner is drawing"}


@dataclass(slots=True)
class Order:
    """The tickets of one run; what goes wrong with one keeps none of the others back."""

    service: Service
    key: SecretStr
    job: Job
    sleep: Callable[[float], None]
    delivery: Delivery
    tickets: list[Ticket]
    ids: dict[str, Any]
    errors: list[PlaygroundError] = field(default_factory=list)
    open: list[Ticket] = field(default_factory=list)
    strikes: Counter[str] = field(default_factory=Counter)
    stopped: bool = False
    """Whether tickets were left unsent because nobody waited any more."""

    def known(self) -> dict[str, Any]:
        """Return all that is known of the tickets, as it goes on disk."""
        return {**self.ids, "tickets": [ticket.stored() for ticket in self.tickets]}

    def submit(self, ticket: Ticket, message: Input, *, expires_after: int | None) -> bool:
        """Send a ticket, unless nobody waits any more; return whether the next may follow."""
        ticket.sent = True
        send = partial(self.service.submit, message, self.key, metadata=ticket.metadata, expires_after=expires_after)
        try:
            self._accept(ticket, place(self.job, self.known(), lambda waiter: send(waiter=waiter)))
        except (Cancelled, StorageFull) as unsent:  # Those that were sent before are waited for all the same.
            return self._leave_unsent(ticket, unsent)
        except ProviderUnreachable as error:
            self.errors.append(error)
        except PlaygroundError as error:
            if error.billed == "no":
                self.errors.append(error)
            else:
                self._search(ticket, error)
        if ticket.names:
            remember(self.job, self.known())  # Else it is found by its mark.
            self.open.append(ticket)
        return not self.errors

    def resume(self) -> None:
        """Take up the tickets whose images aren't all there; those that were never sent stay so."""
        for ticket in self.tickets:
            if self.delivery.have.issuperset(ticket.indices):
                continue
            if not ticket.sent:
                self.errors.append(GenerationFailed(NEVER_SENT))
                continue
            if ticket.names is None:
                self._search(ticket, ProviderTimeout(LOST))
            if ticket.names:
                self.open.append(ticket)

    def wait(self, *, patience: float) -> None:
        """Ask until no ticket is open; raise `ProviderTimeout` where patience (seconds of waiting) ends first."""
        beats = RHYTHM.beats(self.sleep)
        while self.open:
            _, waited = next(beats)
            for ticket in list(self.open):
                self._ask_about(ticket)
            if self.open and waited >= patience:
                raise ProviderTimeout(LATER.format(seconds=waited))

    def settle(self) -> None:
        """Raise what went wrong, or `Cancelled`, once everything that came has been delivered."""
        if self.errors:
            raise together(self.errors)
        if self.stopped:
            raise Cancelled

    def _leave_unsent(self, ticket: Ticket, why: Cancelled | StorageFull) -> bool:
        ticket.sent = False
        if isinstance(why, StorageFull):
            self.errors.append(why)
        else:
            self.stopped = True
        return False

    def _accept(self, ticket: Ticket, reply: Reply) -> None:
        if not reply.ok:
            raise refused(reply, self.key, billed=reply.billed)
        envelope = read_envelope(reply.json())
        if envelope.request_id is None:
            raise BadReply("ModelRunner's answer names no id for this run; look it up at modelrunner.ai.")
        ticket.names = Names(envelope.request_id, envelope.status_url, envelope.response_url)

    def _search(self, ticket: Ticket, lost: PlaygroundError) -> None:
        """Look for a ticket that may have been accepted; where it isn't found, what was lost stays the error."""
        found = search(lambda: self.service.find(ticket.metadata, self.key), self.sleep)
        if found and found.id:
            ticket.names = Names(found.id)
        else:
            self.errors.append(lost)

    def _ask_about(self, ticket: Ticket) -> None:
        try:
            self._look(ticket)
            self.strikes[ticket.mark] = 0
        except _Unanswered as unanswered:
            self.strikes[ticket.mark] += 1
            if self.strikes[ticket.mark] >= MOST_STRIKES:
                self._close(ticket, unanswered.error)

    def _look(self, ticket: Ticket) -> None:
        assert ticket.names is not None
        reply = self._answer(lambda names: self.service.status(names, self.key), ticket.names)
        payload = _json(reply)
        status = read_envelope(payload).status
        if status == "COMPLETED":
            self._fetch(ticket)
        elif status in ("FAILED", "CANCELLED"):
            self._close(ticket, failed(read_record(payload), self.key, request_id=ticket.names.request_id))
        elif not reply.ok:
            self._close(ticket, refused(reply, self.key, billed="unknown"))
        else:
            self.job.tell(Progress(0, 0, index=ticket.index, doing=WAITING.get(status or "", "ModelRunner works")))

    def _fetch(self, ticket: Ticket) -> None:
        assert ticket.names is not None
        request_id = ticket.names.request_id
        reply = self._answer(lambda names: self.service.result(names, self.key), ticket.names)
        payload = _json(reply)
        if read_envelope(payload).status == "FAILED":
            self._close(ticket, failed(read_record(payload), self.key, request_id=request_id))
        elif reply.status in (400, 409):  # Its status and its result don't agree yet.
            raise _Unanswered(refused(reply, self.key, billed="unknown"))
        elif reply.status == 410:
            self._close(ticket, self._purged(ticket, Record()))
        elif reply.status == 422:
            self._close(ticket, refused(reply, self.key))
        elif not reply.ok:
            self._close(ticket, refused(reply, self.key, billed="unknown"))
        else:
            self._close(ticket, *self._delivered(ticket, payload))

    def _delivered(self, ticket: Ticket, payload: Any) -> list[PlaygroundError]:
        """Deliver the images of a finished ticket and return what went wrong."""
        request_id = ticket.names.request_id if ticket.names else None
        try:
            record = read_record(payload)
            if record.failed:
                record = self.delivery.lost(ticket, record) if record.billed == "yes" else record
                return [failed(record, self.key, request_id=request_id)]
            if record.purged and not record.addresses:
                return [self._purged(ticket, record)]
            self.ids[READY] = True
            remember(self.job, self.known())
            return list(self.delivery.deliver(ticket, record))
        except PlaygroundError as error:
            return [error]

    def _purged(self, ticket: Ticket, record: Record) -> PlaygroundError:
        record = self.delivery.lost(ticket, record)
        request_id = ticket.names.request_id if ticket.names else None
        return purged(request_id, billed=record.billed if record.failed else record.paid)

    def _answer(self, ask: Callable[[Names], Reply], names: Names) -> Reply:
        """Ask; what a moment later may be answered comes as `_Unanswered`."""
        try:
            reply = ask(names)
        except GenerationFailed as error:
            error.billed = "unknown"
            raise _Unanswered(error) from error
        if reply.status >= 500 or reply.status in (408, 429):
            raise _Unanswered(refused(reply, self.key, billed="unknown"))
        return reply

    def _close(self, ticket: Ticket, *errors: PlaygroundError) -> None:
        self.open.remove(ticket)
        self.errors.extend(errors)


class _Unanswered(Exception):
    """A question got no answer; the request itself goes on there."""

    def __init__(self, error: PlaygroundError) -> None:
        super().__init__(str(error))
        self.error = error


def _json(reply: Reply) -> Any:
    try:
        return reply.json()
    except BadReply as error:
        if not reply.ok:
            return None
        error.billed = "unknown"
        raise _Unanswered(error) from error
