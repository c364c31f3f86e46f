"""A mapping that holds what was used last and forgets the rest: what strangers can make grow has an end."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """At most `most` values by key, safe for many threads; the longest unused goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        """Return how many values are held."""
        return len(self._kept)

    def __contains__(self, key: K) -> bool:
        """Whether a value is held; asking is no use of it."""
        with self._lock:
            return key in self._kept

    def get(self, key: K) -> V | None:
        """Return the value, which counts as used now, or None."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def put(self, key: K, value: V) -> None:
        """Hold a value as the one used last."""
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def drop(self, key: K) -> None:
        """Forget a value, if it is held."""
        with self._lock:
            self._kept.pop(key, None)
