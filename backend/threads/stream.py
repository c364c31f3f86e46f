"""A worker thread whose events any number of watchers follow; each can come late, and leave at any time."""

import contextvars
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from backend.domain.errors import Cancelled, PlaygroundError
from backend.domain.events import (
    Committed,
    Event,
    Failed,
    Finished,
    Generated,
    Mapped,
    Progress,
    Stopped,
    Waiting,
    unheard,
)

log = logging.getLogger(__name__)

TICK_SECONDS = 0.5
"""How long whoever waits in a thread waits before it gives a sign of life, and hears that it may leave."""
_LAST = (Finished, Failed, Stopped, Mapped)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who watches a piece of work; by itself somebody who never leaves and looks at nothing.

    `tell` shows them an event and `check` asks for them alone; both raise `Cancelled` once nobody wants the work.
    """

    tell: Callable[[Event], None] = unheard
    check: Callable[[], None] = lambda: None


Work = Callable[[Audience], Event]


class Stream:
    """Work in a thread of its own, begun when it is first watched.

    While nobody watches it goes on for as long as the last watcher asked; then, or once it is stopped, its `Audience`
    raises `Cancelled` in it. What can't be cancelled goes on, and can be watched again unless it was stopped.
    """

    def __init__(self, work: Work, *, ended: Callable[[], None] = lambda: None, run_id: str | None = None) -> None:
        self.began = time.monotonic()
        self.run_id = run_id
        self._past: list[Event] = []
        self._watchers: set[queue.SimpleQueue[Event]] = set()
        self._unwanted = threading.Event()
        self._wanted_until = 0.0
        self._lock = threading.Lock()
        # The context goes along: ZeroGPU reads the visitor from a context variable.
        run = contextvars.copy_context().run
        self._thread = threading.Thread(target=run, args=(self._run, work, ended), daemon=True, name="run")
        self._begun = False
        self._far: Progress | None = None

    @property
    def far(self) -> Progress | None:
        """How far it is, with the last preview of the image that is being drawn; None before its first step."""
        return self._far

    @property
    def over(self) -> bool:
        """Whether it has ended, or nobody is to see how it ends."""
        return bool(self._past) and isinstance(self._past[-1], _LAST)

    def watch(self, *, tick: float = TICK_SECONDS, linger: float = 0) -> Iterator[Event]:
        """Yield what the work tells and then what it returns; first, for who comes late, what still holds of it.

        A `Waiting` comes whenever nothing else did for `tick` seconds, since Gradio can close a generator only between
        two yields. Closing this never waits; the work then has `linger` seconds to be watched again.
        """
        events = self._join()
        try:
            while True:
                try:
                    event = events.get(timeout=tick)
                except queue.Empty:
                    event = Waiting(time.monotonic() - self.began)
                yield event
                if isinstance(event, _LAST):
                    return
        finally:
            self._leave(events, linger)

    def stop(self) -> None:
        """End it for all who watch, and the work itself where it can be cancelled."""
        with self._lock:  # In one step: a watcher who comes between the two would want it again.
            self._unwanted.set()
            self._pass(self._stopped())

    def _join(self) -> "queue.SimpleQueue[Event]":
        events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        with self._lock:
            for event in self._past:
                events.put(event)
            self._watchers.add(events)
            if not self.over:
                self._unwanted.clear()
            if not self._begun:
                self._begun = True
                self._thread.start()
        return events

    def _leave(self, events: "queue.SimpleQueue[Event]", linger: float) -> None:
        with self._lock:
            self._watchers.discard(events)
            self._wanted_until = max(self._wanted_until, time.monotonic() + linger)
            alone = not self._watchers and not self.over
        if alone:
            self._abandon()

    def _abandon(self) -> None:
        """Give it up where nobody watches and the last who left has had their time to come back; else look then."""
        with self._lock:
            left = self._wanted_until - time.monotonic()
            if self._watchers or self.over:
                return
            if left <= 0:
                self._unwanted.set()
                return
        timer = threading.Timer(left, self._abandon)
        timer.daemon = True
        timer.start()

    def _stopped(self) -> Stopped:
        return Stopped(time.monotonic() - self.began, self.run_id)

    def _show(self, event: Event) -> None:
        self._tell(event)
        self._check()

    def _check(self) -> None:
        if self._unwanted.is_set():
            raise Cancelled

    def _tell(self, event: Event) -> None:
        with self._lock:
            self._pass(event)

    def _pass(self, event: Event) -> None:
        if self.over:
            return
        if not isinstance(event, Waiting):
            self._past = [*(old for old in self._past if isinstance(old, Committed | Generated)), _light(event)]
        if isinstance(event, Progress):
            self._far = event if event.preview else _with_preview(event, self._far)
        for events in self._watchers:
            events.put(event)

    def _run(self, work: Work, ended: Callable[[], None]) -> None:
        try:
            self._tell(work(Audience(self._show, self._check)))
        except Cancelled:
            self._tell(self._stopped())
        except PlaygroundError as error:  # Such as a full disk, which lets a run not even be closed.
            log.warning("A run ended without a record: %s", error)
            self._tell(Failed(error))
        except Exception:  # The thread ends here: whoever waits for its events has to hear of it.
            log.exception("A run broke down")
            message = "The playground broke down on this run; its log says why."
            self._tell(Failed(PlaygroundError(message, billed="unknown")))
        finally:
            ended()


def _with_preview(now: Progress, before: Progress | None) -> Progress:
    """Return it with the preview before it, where that is of the same image."""
    known = before.preview if before and before.index == now.index else None
    return replace(now, preview=known)


def _light(event: Event) -> Event:
    """Return the event without pixels that its record has on disk: many may be kept for who comes late."""
    return replace(event, image=b"") if isinstance(event, Generated) and event.record else event
