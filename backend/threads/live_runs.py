"""What goes on in this process: runs, watched from any page of their visitor, and the presses that began them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from backend.domain.caller import Caller, Press
from backend.domain.events import Event
from backend.domain.records import Run
from backend.threads.stream import Stream, Work

LINGER_SECONDS = 10.0
"""How long a run on this machine goes on after its page was closed: long enough for a reload on a slow line."""


@dataclass(slots=True)
class LiveRun:
    """A run as it began, its stream, the press that began it, and the pages that have watched it."""

    run: Run
    stream: Stream
    press: Press | None = None
    pages: set[str] = field(default_factory=set)
    of_script: bool = False

    def watch(self, page: str | None) -> Iterator[Event]:
        """Yield its events, old ones first; only a page leaves it time to be found again."""
        if page is None:
            self.of_script = True
            return self.stream.watch()
        self.pages.add(page)
        return self.stream.watch(linger=LINGER_SECONDS)


class LiveRuns:
    """Every run that goes on here by its id, and the presses of the pages."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, LiveRun] = {}
        self._presses: list[Press] = []

    def start(self, run: Run, work: Work, press: Press | None = None) -> LiveRun:
        """Begin a run's work, or return it where it is going on already."""
        with self._lock:
            live = self._runs.get(run.id)
            if live is None:
                stream = Stream(work, ended=lambda: self._forget(run.id), run_id=run.id)
                live = self._runs[run.id] = LiveRun(run, stream, press)
            return live

    def found(self, run_id: str) -> LiveRun | None:
        """Return a run whose work goes on here, or None."""
        with self._lock:
            return self._runs.get(run_id)

    def of(self, caller: Caller) -> list[LiveRun]:
        """Return what goes on for a visitor, oldest first; a run that was stopped is none of it."""
        return [live for live in self._all(caller) if not live.stream.over]

    def promised(self, caller: Caller) -> list[Run]:
        """Return the visitor's runs that were stopped and yet go on, since a provider has accepted them."""
        return [live.run for live in self._all(caller) if live.stream.over]

    def carries(self, run_id: str) -> bool:
        """Whether a run's work goes on, be it unseen."""
        with self._lock:
            return run_id in self._runs

    @contextmanager
    def press(self, caller: Caller, *, part: str = "stage", begins: bool = True) -> Iterator[Caller]:
        """Yield the caller as whoever acts for this press; from a script it is nobody's press, and no Stop reaches it.

        A Stop ends all presses that were begun before it, and none that comes later.
        """
        if caller.page is None:
            yield caller
            return
        press = Press(caller.visitor, caller.page, part=part, begins=begins)
        with self._lock:
            self._presses.append(press)
        try:
            yield replace(caller, press=press)
        finally:
            press.over = True
            with self._lock:
                self._presses.remove(press)

    def busy(self, caller: Caller) -> bool:
        """Whether a Stop has something left to stop on the caller's page."""
        return any(press.page == caller.page and press.part == "stage" for press in self._wanted(caller))

    def begins(self, caller: Caller) -> bool:
        """Whether a page of the visitor's has something that may begin further runs."""
        return any(press.begins for press in self._wanted(caller))

    def others_begin(self, press: Press) -> bool:
        """Whether the visitor's pages have another press going that begins runs on a stage, or a run that one began.

        A page that is reloaded has left its press, and finds its run again.
        """
        wanted = [each for each in self._begun_by(press.visitor) if not each.stopped and each is not press]
        if any(each.begins and each.part == "stage" for each in wanted):
            return True
        with self._lock:
            runs = [live for live in self._runs.values() if live.run.visitor == press.visitor]
        others = [live for live in runs if live.press is None or live.press.part != press.part]
        return any(live.pages and not live.of_script and not live.stream.over for live in others)

    def follows(self, caller: Caller) -> bool:
        """Whether the caller's page is looking at what goes on already."""
        wanted = [press for press in self._wanted(caller) if press.page == caller.page]
        return any(press.part == "stage" and not press.begins for press in wanted)

    def goes_on(self, caller: Caller) -> bool:
        """Whether a page that opens has something of the visitor's to show, now or as soon as it begins."""
        return self.begins(caller) or bool(self.of(caller))

    def stop(self, caller: Caller) -> None:
        """Stop all that the visitor runs from pages, in every tab; nothing more is begun or ordered for any of it."""
        for press in self._presses_of(caller):
            press.stop()
        for live in self.of(caller):
            # A script waits for its run: only a page that follows it, and shows Stop for it, ends that.
            if live.pages if not live.of_script else caller.page in live.pages:
                live.stream.stop()

    def stop_part(self, caller: Caller, part: str) -> None:
        """Stop what one part of the caller's page has begun, and leave the rest."""
        for press in self._presses_of(caller):
            if (press.page, press.part) == (caller.page, part):
                press.stop()

    def _all(self, caller: Caller) -> list[LiveRun]:
        with self._lock:
            return [live for live in self._runs.values() if live.run.visitor == caller.visitor]

    def _wanted(self, caller: Caller) -> list[Press]:
        return [press for press in self._begun_by(caller.visitor) if not press.stopped]

    def _begun_by(self, visitor: str) -> list[Press]:
        with self._lock:
            return [press for press in self._presses if press.visitor == visitor]

    def _presses_of(self, caller: Caller) -> list[Press]:
        """Return the visitor's presses; also those whose page has left them, as long as a run of theirs goes on."""
        begun = [live.press for live in self._all(caller) if live.press]
        return [*self._wanted(caller), *begun]

    def _forget(self, run_id: str) -> None:
        with self._lock:
            self._runs.pop(run_id, None)
