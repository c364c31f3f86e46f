"""The images that wait for a replica, in the order in which this process sent them."""

import threading


class Line:
    """Says who waits before whom; Ray Serve keeps the real queue and doesn't tell places in it."""

    def __init__(self) -> None:
        self._waiting: dict[object, None] = {}
        self._lock = threading.Lock()

    def join(self, ticket: object) -> None:
        """Stand at the end of the line."""
        with self._lock:
            self._waiting[ticket] = None

    def leave(self, ticket: object) -> None:
        """Leave the line, if it is not left already."""
        with self._lock:
            self._waiting.pop(ticket, None)

    def ahead(self, ticket: object) -> int | None:
        """Return how many wait before the ticket; None once it has left."""
        with self._lock:
            return list(self._waiting).index(ticket) if ticket in self._waiting else None
