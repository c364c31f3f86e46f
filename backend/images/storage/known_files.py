"""What was read and kept before, so that the same upload isn't read, checked and hashed at each look at the price."""

import threading
from collections import OrderedDict
from collections.abc import Hashable

MOST_KNOWN = 10_000
"""Files that are remembered."""


class KnownFiles:
    """The sha256 under which something was kept, by what tells it apart; the longest unused are forgotten.

    A file is told apart by its path, size and moment of change, a drawing by the hash of its text.
    """

    def __init__(self, most: int = MOST_KNOWN) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, str] = OrderedDict()

    def sha256(self, mark: Hashable) -> str | None:
        """Return the sha256 of what was kept under this mark, or None where it isn't known."""
        with self._lock:
            if mark in self._known:
                self._known.move_to_end(mark)
            return self._known.get(mark)

    def note(self, mark: Hashable, sha256: str) -> str:
        """Remember a sha256, and return it."""
        with self._lock:
            self._known[mark] = sha256
            self._known.move_to_end(mark)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return sha256
