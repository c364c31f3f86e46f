"""What one press on a page set going: one run or many, wanted until it ends or its visitor presses Stop."""

import threading
from typing import Protocol


class Stoppable(Protocol):
    """What a press carries, such as a run's stream."""

    def stop(self) -> None:
        """End it, or its order where one was placed already."""


class Press:
    """The press of a visitor on a page (its session); `part` is the part of the page that has a Stop for it.

    One that `begins` nothing further, such as a look at what goes on elsewhere, keeps nobody waiting for more.
    """

    def __init__(self, visitor: str, page: str, *, part: str = "stage", begins: bool = True) -> None:
        self.visitor = visitor
        self.page = page
        self.part = part
        self.begins = begins
        self._unwanted = threading.Event()
        self._lock = threading.Lock()
        self._carried: list[Stoppable] = []

    @property
    def stopped(self) -> bool:
        """Whether nothing more of it is wanted, and nothing may be begun for it."""
        return self._unwanted.is_set()

    def carry(self, what: Stoppable) -> None:
        """Stop this with the press: at once where that came first, such as while a run was being written down."""
        with self._lock:
            self._carried.append(what)
        if self.stopped:
            what.stop()

    def stop(self) -> None:
        """Stop all that it carries, and let it begin nothing more."""
        self._unwanted.set()
        with self._lock:
            carried = list(self._carried)
        for each in carried:
            each.stop()
