"""The money of what comes next: set aside while the entry before it is drawn, so that it is there at its turn."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection

from backend.domain.caller import Caller
from backend.domain.errors import OverBudget, PlaygroundError
from backend.generation.allowance import payer_of
from backend.generation.pricing import estimate_of
from backend.playground import Playground
from backend.presses.turn import request_of
from backend.prompts.wording import Wording
from backend.record.presses.entries import QueueEntry


@dataclass(frozen=True, slots=True)
class Aside:
    """What money is set aside under: the entry's id, until its run has one of its own."""

    id: str
    visitor: str
    backend: str
    room: str | None


def set_next_aside(playground: Playground, caller: Caller, wording: Wording) -> None:
    """Set aside what the next entry may cost, and lift what lies ready for another.

    Where a cap has too little left, nothing is: the entry is refused in words at its turn, if that is so then still.
    """
    found = next(iter(playground.queued.look(caller.visitor).waiting), None)
    most = None if found is None else _to_pay(playground, caller, found, wording)

    with playground.budget.transaction() as connection:
        queue = playground.queued.looked_at(connection, caller.visitor)
        following = None if queue.paused else next(iter(queue.waiting), None)
        kept = following.id if following and found and most is not None and following.id == found.id else None
        ready = playground.queued.aside(connection, caller.visitor)
        lift(playground, connection, [each for each in ready if each != kept])
        if following is None or kept is None or kept in ready:
            return
        aside = Aside(kept, caller.visitor, following.backend, following.room)
        address = None if caller.signed_in else caller.address
        try:
            playground.budget.reserve(aside, most, address=address, connection=connection)
        except OverBudget:
            return
        playground.queued.mark_aside(connection, [kept], aside=True)


def lift_all(playground: Playground, visitor: str) -> None:
    """Take back all that lies ready for a visitor's entries: nothing is drawn for now."""
    with playground.budget.transaction() as connection:
        lift(playground, connection, playground.queued.aside(connection, visitor))


def lift(playground: Playground, connection: Connection, ids: list[str]) -> None:
    """Take back what lies ready for these entries."""
    if ids:
        playground.budget.lift(ids, connection=connection)
        playground.queued.mark_aside(connection, ids, aside=False)


def _to_pay(playground: Playground, caller: Caller, entry: QueueEntry, wording: Wording) -> Decimal | None:
    """Return the most that the house may be billed for an entry's next run (USD); None where it pays nothing."""
    try:
        backend = playground.choose(entry.backend)
        estimate = estimate_of(playground, caller, backend, request_of(playground, caller, entry, wording))
    except PlaygroundError:  # It is refused at its turn, in these words.
        return None
    pays = "visitor" if entry.own_key else payer_of(backend, caller, estimate)
    return estimate.most if pays == "house" else None
