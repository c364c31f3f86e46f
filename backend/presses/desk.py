"""Where one visitor's queue is looked after in this process: the open pages, the worker, and the ends of its runs."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from backend.domain.caller import Caller
from backend.domain.errors import PlaygroundError
from backend.playground import Playground
from backend.presses.settling import settle
from backend.presses.worker import Worker
from backend.prompts.wording import Wording
from backend.record.presses.entries import PressesQueue, QueueEntry
from backend.threads.live_runs import LINGER_SECONDS

log = logging.getLogger(__name__)

MOST_PAGES = 50
"""Pages of one visitor that are known; the longest unseen are forgotten first."""
_PAUSES_SECONDS = (0.05, 0.2, 1.0, 2.0)

Words = Callable[[Caller], Wording]
"""Returns the lists that a visitor's prompts may use."""


class VisitorDesk:
    """One visitor's; safe for many threads."""

    def __init__(self, playground: Playground, visitor: str, words: Words, *, linger: float = LINGER_SECONDS) -> None:
        self.playground = playground
        self.visitor = visitor
        self.words = words
        self.linger = linger
        self.version = 0
        """Counts how often the queue changed here."""
        self._lock = threading.Lock()
        self._pages: OrderedDict[str, Caller] = OrderedDict()
        self._at_hand: set[str] = set()
        self._closing: dict[str, bool] = {}
        self._thread: threading.Thread | None = None
        self._again = False

    @property
    def drawing(self) -> bool:
        """Whether somebody is at work on it here."""
        return self._thread is not None

    @property
    def idle(self) -> bool:
        """Whether nothing is lost where it is forgotten."""
        return not self.drawing and not self._closing and not self.open_pages()

    def seen(self, caller: Caller) -> None:
        """Note a page that asks."""
        if caller.page is None:
            return
        with self._lock:
            self._pages[caller.page] = caller
            self._pages.move_to_end(caller.page)
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)

    def open_pages(self) -> list[Caller]:
        """Return who asks from each open page, with the keys that it has now; the last one seen first."""
        with self._lock:
            known = list(reversed(self._pages.values()))
        return [self.playground.callers.again(each) for each in known if each.page in self.playground.pages]

    def wording(self, caller: Caller) -> Wording:
        """Return the visitor's lists."""
        return self.words(caller)

    def changed(self) -> None:
        """Count a change."""
        with self._lock:
            self.version += 1

    def look(self) -> PressesQueue:
        """Return the queue as it stands, with the ends of runs that nobody was there to note.

        What another playground draws, that one notes.
        """
        queue = self.playground.queued.look(self.visitor)
        if queue.elsewhere:
            return queue
        ended = [entry for entry in queue.running if self._note_end(entry)]
        return self.playground.queued.look(self.visitor) if ended else queue

    @contextmanager
    def at_hand(self, entry: QueueEntry) -> Iterator[None]:
        """Leave it to the worker to note how an entry's run ends, until the block does."""
        with self._lock:
            self._at_hand.add(entry.id)
        try:
            yield
        finally:
            with self._lock:
                self._at_hand.discard(entry.id)

    def close(self, entry: QueueEntry, *, again: bool) -> None:
        """Note how an entry's run has ended; of an order that was stopped, once it has, and nobody waits for that."""
        assert entry.run_id is not None
        with self._lock:
            self._closing[entry.run_id] = again
        if not self._settled(entry, entry.run_id, again=again):
            work = (entry, entry.run_id, again)
            threading.Thread(target=self._wait, args=work, daemon=True, name="queued run's end").start()

    def start(self) -> None:
        """Let the queue be drawn, if it isn't; returns at once."""
        with self._lock:
            self._again = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True, name="queue")
                self._thread.start()

    def _work(self) -> None:
        while True:
            with self._lock:
                self._again = False
            try:
                Worker(self.playground, self.visitor, self, linger=self.linger).draw()
            except Exception:  # The thread's rim: with the record away, not even the pause can be noted.
                log.exception("A queue could not be paused")
            with self._lock:
                if not self._again:
                    self._thread = None
                    self.version += 1
                    return

    def _note_end(self, entry: QueueEntry) -> bool:
        """Note the end of a run that nobody is about to note at this moment; return whether it has ended."""
        with self._lock:
            at_hand, again = entry.id in self._at_hand, self._closing.get(entry.run_id or "", False)
        if at_hand or entry.run_id is None or self.playground.live.carries(entry.run_id):
            return False
        return self._settled(entry, entry.run_id, again=again)

    def _settled(self, entry: QueueEntry, run_id: str, *, again: bool) -> bool:
        try:
            done = settle(self.playground, entry, again=again)
        except PlaygroundError as error:  # Such as a record that is locked.
            log.warning("The end of a queued run is noted later: %s", error)
            return False
        if done:
            with self._lock:
                self._closing.pop(run_id, None)
            self.changed()
        return done

    def _wait(self, entry: QueueEntry, run_id: str, again: bool) -> None:
        pauses = iter(_PAUSES_SECONDS)
        while not self._settled(entry, run_id, again=again):
            time.sleep(next(pauses, _PAUSES_SECONDS[-1]))
