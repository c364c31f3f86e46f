"""How often somebody may ask: a bucket a visitor and an address that fills up again with time."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from backend.domain.errors import TooManyRequests

MOST_BUCKETS = 50_000
"""Names that are remembered; the longest unseen go first."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and as many again within `seconds`."""

    most: float
    seconds: float


class Rates:
    """Buckets by name and kind; memory stays bounded, and the longest unused are dropped first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def take(self, what: str, rate: Rate, *who: str | None, amount: float = 1.0) -> None:
        """Take `amount` of what the rate counts for each of `who` (None is nobody).

        Raises `TooManyRequests` where one's bucket is empty.
        """
        names = [(what, name) for name in who if name is not None]
        with self._lock:
            now = self._clock()
            levels = [self._level(name, rate, now) for name in names]
            short = max((amount - level for level in levels), default=0.0)
            if short > 0:
                raise TooManyRequests(what, wait_seconds=short * rate.seconds / rate.most)
            for name, level in zip(names, levels, strict=True):
                self._buckets[name] = (level - amount, now)
                self._buckets.move_to_end(name)
            while len(self._buckets) > MOST_BUCKETS:
                self._buckets.popitem(last=False)

    def _level(self, name: tuple[str, str], rate: Rate, now: float) -> float:
        level, since = self._buckets.get(name, (rate.most, now))
        return min(rate.most, level + (now - since) * rate.most / rate.seconds)
