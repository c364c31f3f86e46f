"""Which pages are open: each keeps a line to the server for as long as it is."""

import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class OpenPages:
    """The sessions of pages that keep their line, which breaks with the page; `shared_address` leads others to them.

    It is None where there is no share link. `start` tells this start of the server from others.
    """

    def __init__(self) -> None:
        self.shared_address: str | None = None
        self.start = secrets.token_hex(4)
        self._lock = threading.Lock()
        self._lines: Counter[str] = Counter()

    def __contains__(self, page: str | None) -> bool:
        """Whether a page is open."""
        with self._lock:
            return page in self._lines

    def __len__(self) -> int:
        """Return how many pages are open."""
        with self._lock:
            return len(self._lines)

    @contextmanager
    def line(self, page: str) -> Iterator[None]:
        """Count a page as open until the block ends."""
        with self._lock:
            self._lines[page] += 1
        try:
            yield
        finally:
            with self._lock:
                self._lines[page] -= 1
                if not self._lines[page]:
                    del self._lines[page]
