"""An order at a provider: placed once it is on disk, asked about in a rhythm, looked for where its answer was lost."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from backend.adapters.job import Job, Waiter, announce
from backend.domain.errors import PlaygroundError

T = TypeVar("T")
Sleep = Callable[[float], None]

SEARCH_WAITS = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each look for an order whose answer was lost: what was taken isn't listed at once."""

log = logging.getLogger(__name__)


def place(job: Job, provider_ids: Mapping[str, Any], send: Callable[[Waiter], T]) -> T:
    """Send an order that somebody wants, once that by which it is found again is on disk; return its answer.

    Raises `Cancelled` where nobody wants it any more and `StorageFull` where it can't be written down, before anything
    was sent; else what `send` raises.
    """
    job.may_order()
    announce(job, provider_ids)
    return send(Waiter(job))


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The pauses between two questions, in seconds: the first, how many times as long each next is, and the longest."""

    first: float
    growth: float
    longest: float

    def beats(self, sleep: Sleep) -> Iterator[tuple[float, float]]:
        """Sleep before each question, without end; yield the pause that was slept, and all of them so far (seconds)."""
        waited, pause = 0.0, self.first
        while True:
            sleep(pause)
            waited += pause
            yield pause, waited
            pause = min(pause * self.growth, self.longest)


def search(find: Callable[[], T | None], sleep: Sleep) -> T | None:
    """Look for what a provider may have taken though its answer was lost; None where it isn't found (yet).

    A look that fails is one that found nothing: what was lost stays the error.
    """
    for pause in SEARCH_WAITS:
        sleep(pause)
        try:
            found = find()
        except PlaygroundError as error:
            log.info("A look for a lost order failed: %s", error)
            continue
        if found is not None:
            return found
    return None
