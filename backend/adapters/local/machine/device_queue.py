"""One device, one drawing at a time, first come first served."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from backend.domain.events import Queued, Tell, Waiting

_TICK_SECONDS = 0.25
"""Until whoever waits for the device tells so again, and hears that it may leave."""


class DeviceQueue:
    """A fair lock that says how many are ahead, and that a visitor who left gives up."""

    def __init__(self) -> None:
        self._line: deque[object] = deque()
        self._moved = threading.Condition()

    @contextmanager
    def turn(self, tell: Tell) -> Iterator[None]:
        """Wait for the device, telling each change of place through `tell`, which may raise to leave the line."""
        ticket = object()
        with self._moved:
            self._line.append(ticket)
        try:
            self._wait(ticket, tell)
            yield
        finally:
            with self._moved:
                self._line.remove(ticket)
                self._moved.notify_all()

    def __len__(self) -> int:
        """Return how many draw or wait."""
        return len(self._line)

    def _wait(self, ticket: object, tell: Tell) -> None:
        began, told = time.monotonic(), 0
        while ahead := self._ahead(ticket):
            tell(Queued(ahead) if ahead != told else Waiting(time.monotonic() - began))
            told = ahead
            with self._moved:
                if self._line[0] is not ticket:
                    self._moved.wait(_TICK_SECONDS)

    def _ahead(self, ticket: object) -> int:
        with self._moved:
            return self._line.index(ticket)
