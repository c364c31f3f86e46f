"""What was read and kept before, so that the same upload isn't read, checked and hashed at each look at the price."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

MOST_KNOWN = 10_000
"""Files that are remembered."""

Told = TypeVar("Told")


class _Known(Generic[Told]):
    """What is known of something, by what tells it apart; the longest unused are forgotten."""

    def __init__(self, most: int = MOST_KNOWN) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, Told] = OrderedDict()

    def _get(self, mark: Hashable) -> Told | None:
        with self._lock:
            if mark in self._known:
                self._known.move_to_end(mark)
            return self._known.get(mark)

    def _note(self, mark: Hashable, told: Told) -> Told:
        with self._lock:
            self._known[mark] = told
            self._known.move_to_end(mark)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return told


class KnownFiles(_Known[str]):
    """The sha256 under which something was kept.

    A file is told apart by its path, size and moment of change, a drawing by the hash of its text.
    """

    def sha256(self, mark: Hashable) -> str | None:
        """Return the sha256 of what was kept under this mark, or None where it isn't known."""
        return self._get(mark)

    def note(self, mark: Hashable, sha256: str) -> str:
        """Remember a sha256, and return it."""
        return self._note(mark, sha256)


class KnownSides(_Known[tuple[int, int]]):
    """Width and height of pictures as they are to be seen, in pixels, by their sha256: bytes that never change."""

    def of(self, sha256: str) -> tuple[int, int] | None:
        """Return the sides, or None where the header hasn't been looked at."""
        return self._get(sha256)

    def note(self, sha256: str, sides: tuple[int, int]) -> tuple[int, int]:
        """Remember the sides, and return them."""
        return self._note(sha256, sides)
