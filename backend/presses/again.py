"""An entry that failed, was refused or was stopped, as it is to be tried again: the same settings and seeds."""

from dataclasses import replace

from backend.domain.caller import Caller
from backend.domain.errors import NotFound
from backend.domain.records import Run
from backend.domain.requests import Request, of_image, seeds
from backend.generation.allowance import payer_of
from backend.generation.pricing import estimate_of, total
from backend.playground import Playground
from backend.record.presses.entries import QueueEntry


def entry_again(playground: Playground, caller: Caller, entry: QueueEntry) -> QueueEntry:
    """Return an entry with what of it has no image yet, priced anew; one for the visitor's own key stays for that.

    Raises a `PlaygroundError` where its backend isn't there any more, or nobody knows a picture of it.
    """
    backend = playground.choose(entry.backend)
    requests = entry.requests if entry.until else _missing(playground, entry)
    price = total([estimate_of(playground, caller, backend, request) for request in requests])
    own_key = entry.own_key or payer_of(backend, caller, price) == "visitor"
    return replace(entry, requests=requests, estimate_usd=price.likely, free=price.free, own_key=own_key)


def _missing(playground: Playground, entry: QueueEntry) -> tuple[Request, ...]:
    """Return the runs that are left: where the last that was begun ended badly, what of it has no image, too."""
    if not entry.begun or entry.state == "refused":  # One is refused before its next run: those before have all ended.
        return entry.requests[entry.begun :]
    last, later = entry.requests[entry.begun - 1], entry.requests[entry.begun :]
    return (*_without_image(last, _run(playground, entry)), *later) or entry.requests[-1:]


def _run(playground: Playground, entry: QueueEntry) -> Run | None:
    try:
        return playground.store.run(entry.run_id or "")
    except NotFound:  # It was deleted for good, with whatever came of it.
        return None


def _without_image(request: Request, run: Run | None) -> tuple[Request, ...]:
    """Return what draws the images of a request that a run of it lacks, each by the seed that it has in there."""
    made = {image.index for image in run.images} if run else set()
    if not made:
        return (request,)
    left = [index for index in range(request.count) if index not in made]
    return tuple(of_image(request, at).model_copy(update={"seed": seeds(request)[at], "count": 1}) for at in left)
