"""Runs hold the model that they were asked for until they end; who wants another one waits until nobody does."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from backend.domain.caller import Press
from backend.domain.events import Progress, Tell
from backend.threads.stream import TICK_SECONDS


class Tenancy:
    """Whoever draws holds the model; a switch is alone with it, and those that come meanwhile wait for it.

    A press that began with one model goes on with it to its end, also where it makes many runs, as a grid does: half a
    grid by another model would compare nothing.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held: dict[object, int] = {}
        self._switching = False

    @contextmanager
    def held(self, tell: Tell, steps: int, press: Press | None, doing: Callable[[], str]) -> Iterator[None]:
        """Hold the model, waiting for a switch that is under way; `doing` says which, as step 0 of `steps`.

        `tell` hears of the wait, and may raise to leave.
        """
        who: object = press or object()
        while not self._entered(who):
            tell(Progress(0, steps, doing=doing()))
            with self._changed:
                if self._switching:
                    self._changed.wait(TICK_SECONDS)
        try:
            yield
        finally:
            with self._changed:
                self._held[who] -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until nobody holds the model; until the end of this, nobody can."""
        with self._changed:
            self._switching = True
            while self._holders():
                self._changed.wait(TICK_SECONDS)  # A press ends without a word to this.
        try:
            yield
        finally:
            with self._changed:
                self._switching = False
                self._changed.notify_all()

    @property
    def holders(self) -> int:
        """Return how many presses, and runs without one, hold the model."""
        with self._changed:
            return len(self._holders())

    def _entered(self, who: object) -> bool:
        with self._changed:
            if self._switching and who not in self._holders():
                return False
            self._held[who] = self._held.get(who, 0) + 1
            return True

    def _holders(self) -> dict[object, int]:
        self._held = {who: runs for who, runs in self._held.items() if runs or _goes_on(who)}
        return self._held


def _goes_on(who: object) -> bool:
    return isinstance(who, Press) and not who.over
