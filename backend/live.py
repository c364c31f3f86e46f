"""The runs that go on in this process: watched from any page of their visitor, and stopped from there."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from backend.caller import Caller
from backend.events import Event
from backend.runs.records import Run
from backend.stream import Stream, Work

LINGER_SECONDS = 10.0
"""How long a run on this machine goes on after its page was closed: long enough for a reload on a slow line."""


@dataclass(slots=True)
class LiveRun:
    """A run as it began, its stream, and the pages that have watched it."""

    run: Run
    stream: Stream
    pages: set[str] = field(default_factory=set)

    def watch(self, page: str | None) -> Iterator[Event]:
        """Yield its events, old ones first; only a page leaves it time to be found again."""
        if page is None:
            return self.stream.watch()
        self.pages.add(page)
        return self.stream.watch(linger=LINGER_SECONDS)


class LiveRuns:
    """Every run that goes on here, by its id."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, LiveRun] = {}
        self._stops: dict[str, threading.Event] = {}

    def start(self, run: Run, work: Work) -> LiveRun:
        """Begin a run's work, or return it where it is going on already."""
        with self._lock:
            live = self._runs.get(run.id)
            if live is None:
                live = self._runs[run.id] = LiveRun(run, Stream(work, ended=lambda: self._forget(run.id)))
            return live

    def of(self, caller: Caller) -> list[LiveRun]:
        """Return what goes on for a visitor, oldest first; a run that was stopped is none of it."""
        with self._lock:
            return [live for live in self._runs.values() if live.run.visitor == caller.visitor and not live.stream.over]

    @contextmanager
    def at_page(self, page: str | None) -> Iterator[None]:
        """Let a page's runs be stopped together, those too that it has yet to begin in this block."""
        if page is None:
            yield
            return
        self._stops[page] = threading.Event()
        try:
            yield
        finally:
            self._stops.pop(page, None)

    def stop(self, caller: Caller) -> None:
        """Stop all that the caller's page watches, and let it begin nothing more."""
        stop = self._stops.get(caller.page or "")
        if stop:
            stop.set()
        for live in self.of(caller):
            if caller.page in live.pages:
                live.stream.stop()

    def stopped(self, caller: Caller) -> bool:
        """Whether the caller's page has stopped what it was about to do."""
        stop = self._stops.get(caller.page or "")
        return stop is not None and stop.is_set()

    def _forget(self, run_id: str) -> None:
        with self._lock:
            self._runs.pop(run_id, None)
