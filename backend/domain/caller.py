"""Who asks, and by which press on a page."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import SecretStr


class OwnKey(SecretStr):
    """A key that a visitor pasted, by which a refusal of it is told from one of the server's."""


class Stoppable(Protocol):
    """What a press carries, such as a run's stream."""

    def stop(self) -> None:
        """End it, or its order where one was placed already."""


class Press:
    """What one press of a visitor on a page (its session) set going: one run or many, wanted until it ends.

    `part` is the part of the page that has a Stop for it.

    One that `begins` nothing further, such as a look at what goes on elsewhere, keeps nobody waiting for more.
    """

    def __init__(self, visitor: str, page: str, *, part: str = "stage", begins: bool = True) -> None:
        self.visitor = visitor
        self.page = page
        self.part = part
        self.begins = begins
        self.over = False
        """Whether it has ended, and begins nothing more."""
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


def _held(_backend: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Caller:
    """A visitor: a stable id, the visitor's own keys by backend name (in memory only), and the room they are in."""

    visitor: str
    keys: Mapping[str, SecretStr] = field(default_factory=dict)
    room: str | None = None
    address: str | None = None
    """An opaque mark of the network address, by which spending is counted too; None where it isn't known."""
    signed_in: bool = False
    """Whether the id stands for a login, so that the address need not be counted."""
    page: str | None = None
    """The page session that watches, which may reload; None where leaving means that nothing more is wanted."""
    press: Press | None = field(default=None, compare=False, repr=False)
    """The press that this is done for, which a Stop ends; None for scripts."""
    holds: Callable[[str], bool] = field(default=_held, compare=False, repr=False)
    """Say of a backend whether its key in `keys` is the visitor's still: neither forgotten nor replaced since."""
    passed: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """What a program's order has passed on its way here, as `backend.visitors.passing` reads it."""

    @property
    def stopped(self) -> bool:
        """Whether a Stop has ended the press that this is done for."""
        return self.press is not None and self.press.stopped

    def lost_key(self, backend: str) -> bool:
        """Whether what was begun on an own key of this backend may order nothing more on it."""
        return backend in self.keys and not self.holds(backend)
