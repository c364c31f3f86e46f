"""From what was asked to an entry of the queue: checked as a press is, and priced."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, NotAllowed, Problem
from backend.generation.allowance import payer_of
from backend.generation.prepared import Asked, Prepared
from backend.generation.pricing import estimate_of, total
from backend.playground import Playground
from backend.record.presses.entries import BatchPlace, QueueEntry, Until
from backend.visitors.identity import is_guest

MOST_IMAGES = 1000
"""Of a press that repeats until it is stopped."""
UNKNOWN = (
    "A queue is kept for a visitor who comes back, by the page's cookie, which this browser doesn't keep: allow it, or "
    "press Generate once this run has ended."
)


def entry_of(playground: Playground, caller: Caller, asked: Asked, until: Until | None = None) -> QueueEntry:
    """Return the entry that a press becomes: its runs as they would begin now, with seeds and words drawn.

    One that repeats `until` it is stopped draws seed and words anew for each run. Raises a `PlaygroundError` as a press
    does, `InvalidRequest` for an end that is none, and `NotAllowed` for a visitor who can't be known again.
    """
    prepared = asked.prepared(caller)
    if until is None:
        return entry_to_run(playground, caller, prepared)
    once = entry_to_run(playground, caller, replace(prepared, requests=prepared.requests[:1]))
    _check_until(until, free=once.free)
    return replace(once, requests=(asked.laid,), until=until)


def entry_to_run(
    playground: Playground, caller: Caller, prepared: Prepared, place: BatchPlace | None = None
) -> QueueEntry:
    """Return the entry of runs that are prepared, at its place in a batch; raises `NotAllowed` as `entry_of` does."""
    if is_guest(caller.visitor):
        raise NotAllowed(UNKNOWN)
    backend = prepared.backend
    price = total([estimate_of(playground, caller, backend, request) for request in prepared.requests])
    return QueueEntry(
        id=uuid.uuid4().hex,
        visitor=caller.visitor,
        position=0,
        backend=backend.name,
        requests=prepared.requests,
        created=datetime.now(UTC),
        room=caller.room,
        own_key=payer_of(backend, caller, price) == "visitor",
        place=place,
        estimate_usd=price.likely,
        free=price.free,
    )


def _check_until(until: Until, *, free: bool) -> None:
    if not 1 <= until.images <= MOST_IMAGES:
        message = f"is {until.images}; until it is stopped, a press makes 1 to {MOST_IMAGES} images."
        raise InvalidRequest([Problem("images", message)])
    if until.usd is None and not free:
        raise InvalidRequest([Problem("money", "is missing; say at how many dollars it ends by itself.")])
    if until.usd is not None and not (until.usd.is_finite() and 0 < until.usd <= 1000):
        raise InvalidRequest([Problem("money", f"is {until.usd}; give an amount of more than 0, up to $1000.")])
