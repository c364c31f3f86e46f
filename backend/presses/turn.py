"""What an entry runs when its turn comes, and what it says where there is nothing more to run."""

from backend.domain.caller import Caller
from backend.domain.parts import MAX_SEED, RANDOM_SEED
from backend.domain.requests import Request
from backend.generation.prepared import Asked
from backend.generation.pricing import estimate_of
from backend.money.caps import usd
from backend.playground import Playground
from backend.prompts.wording import Wording
from backend.record.presses.entries import QueueEntry

ALL_MADE = "It has made {images}, as many as it was to."
AT_ITS_CAP = "It has made {images}; one run more may cost up to {amount}, and {left} of its {cap} is left."
UNPRICED = "It ends here: nobody knows beforehand what a run costs, so its cap in money can't be kept."


def request_of(playground: Playground, caller: Caller, entry: QueueEntry, wording: Wording) -> Request:
    """Return the request of an entry's next run; one that repeats draws its seed, or counts on from the one it has.

    `wording` has the visitor's lists. Raises `InvalidRequest` for a list that isn't there any more.
    """
    if entry.until is None:
        return entry.requests[entry.begun]
    backend, first = playground.choose(entry.backend), entry.requests[0]
    changes = {"count": min(first.count, entry.until.images - entry.images), "seed": _seed(first.seed, entry.images)}
    asked = Asked(backend, first.model_copy(update=changes), wording.lists_alone)
    return asked.prepared(caller).requests[0]


def over(playground: Playground, caller: Caller, entry: QueueEntry, request: Request) -> str | None:
    """Say why an entry that repeats ends before this run; None where it may go on. Nothing else has an end of its own.

    Its cap counts what was billed, and all that was reserved where nobody knows the bill.
    """
    if entry.until is None or entry.until.usd is None:
        return None
    estimate = estimate_of(playground, caller, playground.choose(entry.backend), request)
    if estimate.free:
        return None
    if estimate.most is None:
        return UNPRICED
    left = max(entry.until.usd - entry.spent_usd, entry.until.usd * 0)
    if estimate.most <= left:
        return None
    amounts = {"amount": usd(estimate.most), "left": usd(left), "cap": usd(entry.until.usd)}
    return AT_ITS_CAP.format(images=counted(entry.images), **amounts)


def counted(images: int) -> str:
    """Return a number of images in words."""
    return "1 image" if images == 1 else f"{images} images"


def _seed(first: int, images: int) -> int:
    if first == RANDOM_SEED or first + images > MAX_SEED:
        return RANDOM_SEED
    return first + images
