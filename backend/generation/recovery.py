"""What a crash or a restart left running: collected where a provider was asked, closed where not."""

import itertools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from backend.domain.caller import Caller
from backend.domain.errors import Billed, NotFound, PlaygroundError, RecordBusy
from backend.domain.records import ASKED_ONCE, READY, Run
from backend.generation.generate import collect
from backend.playground import Playground
from backend.record.database.processes import renew

log = logging.getLogger(__name__)

LOOK_SECONDS = 20.0
"""How often it is looked for what another playground on the record has left."""
AT_ONCE = 4
"""How many runs are recovered beside each other."""
PAUSES_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before each further try of what couldn't be done."""

CLOSED = "The playground was stopped during this run; nothing was billed. Run it again with the same seed."
WAITS = "The playground was stopped during this run, which {label} had accepted. {missing} Then recover it."
OWN = (
    "The playground was stopped during this run, which {label} had accepted on your own key. Paste it, then recover it."
)
LOST = (
    "The playground was stopped while {label} was at work on this run. It can't be asked what became of that, and it "
    "may have been billed; nothing is ordered again."
)
GONE = "The playground was stopped during this run, which {name} had accepted; this playground no longer knows {name}."


def recover(playground: Playground) -> threading.Thread:
    """Close or collect, in a background thread, every run of a playground that is gone.

    What another playground on the same record is carrying is left to it. The thread ends once each is done.
    """
    return _started(Recovery(playground).until_done)


def keep_recovering(playground: Playground) -> threading.Thread:
    """Recover at the start and go on looking, since another playground on the record may be killed at any time."""
    return _started(Recovery(playground).for_ever)


class Recovery:
    """Goes through what was left, run by run; what can't be done now, such as on a locked record, is tried again."""

    def __init__(self, playground: Playground) -> None:
        self.playground = playground
        self._left: list[str] = []

    def for_ever(self) -> None:
        """Recover, tidy once, and look again every `LOOK_SECONDS`."""
        self.until_done()
        while True:
            time.sleep(LOOK_SECONDS)
            self.until_done(tidies=False)

    def until_done(self, *, tidies: bool = True) -> None:
        """Recover what was left, with ever longer pauses; money first, and tidy only afterwards."""
        pauses = itertools.chain(PAUSES_SECONDS, itertools.repeat(PAUSES_SECONDS[-1]))
        while not self.look():
            time.sleep(next(pauses))
        while tidies and not self._guarded(self._tidy, "Tidying up the record"):
            time.sleep(next(pauses))

    def look(self) -> bool:
        """Take over what was left and try each run once, the paid ones first; return whether all of it is done."""
        done = self._guarded(self._take, "Looking for what was left")
        home = self._bring_home(self._left)
        self._left = [run_id for run_id in self._left if run_id not in home]
        return done and not self._left

    def _take(self) -> None:
        playground = self.playground
        renew(playground.store.engine)
        playground.unclosed.write_again()
        known = set(self._left)
        found = [run_id for run_id in playground.store.take_over() if run_id not in known]
        self._left += found
        playground.orders.lost_with(found)
        _lift_what_nobody_draws(playground)

    def _bring_home(self, run_ids: Sequence[str]) -> set[str]:
        """Recover runs beside each other, so that none waits for another's provider; return the ids of those done."""
        home: set[str] = set()
        free = threading.Semaphore(AT_ONCE)

        def one(run_id: str) -> None:
            with free:
                if self._guarded(partial(self._finish, run_id), f"Recovering run {run_id}"):
                    home.add(run_id)

        # No pool of threads: Python waits for those when it ends, and a provider may take its time.
        threads = [threading.Thread(target=one, args=(each,), daemon=True, name="recovering") for each in run_ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return home

    def _finish(self, run_id: str) -> None:
        try:
            _recover_one(self.playground, self.playground.store.run(run_id))
            ended = self.playground.store.run(run_id).status != "running"
        except NotFound:  # Somebody has closed and deleted it meanwhile.
            return
        if not ended:
            raise RecordBusy("its end could not be written")

    def _tidy(self) -> None:
        self.playground.history.clear_out()

    def _guarded(self, work: Callable[[], None], what: str) -> bool:
        try:
            work()
        except PlaygroundError as error:
            log.warning("%s has to be tried again: %s", what, error)
            return False
        except Exception:  # Whatever it was, the other runs, and what they cost, must not be lost over it.
            log.exception("%s broke down and is tried again", what)
            return False
        return True


def _lift_what_nobody_draws(playground: Playground) -> None:
    """Take back what lies ready for the next entries of queues whose playground is gone: they are paused."""
    with playground.budget.transaction() as connection:
        if left := playground.queued.left_aside(connection):
            playground.budget.lift(left, connection=connection)
            playground.queued.mark_aside(connection, left, aside=False)


def _started(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True, name="recovery")
    thread.start()
    return thread


def _recover_one(playground: Playground, run: Run) -> None:
    backend = playground.backends.get(run.backend)
    caller = Caller(visitor=run.visitor, room=run.room)
    if not run.provider_ids:
        _close(playground, run, CLOSED)
    elif _is_lost(run):
        _hold(playground, run, LOST.format(label=backend.label if backend else run.backend))
    elif backend is None:
        _hold(playground, run, GONE.format(name=run.backend))
    elif playground.budget.payer(run.id) == "visitor" and ASKED_ONCE not in run.provider_ids:
        _hold(playground, run, OWN.format(label=backend.label))
    elif missing := backend.missing(caller):
        _hold(playground, run, WAITS.format(label=backend.label, missing=missing))
    else:
        for _ in collect(playground, caller, run):
            pass
        log.info("Collected run %s from %s", run.id, backend.label)


def _is_lost(run: Run) -> bool:
    """Whether something was ordered that can't be asked for any more, and nothing else is to be had."""
    whole = len({image.index for image in run.images}) >= run.request.count
    return ASKED_ONCE in run.provider_ids and READY not in run.provider_ids and not whole


def _close(playground: Playground, run: Run, message: str) -> None:
    with playground.budget.transaction() as connection:
        playground.store.finish(replace(run, status="interrupted", error=message, billed="no"), connection=connection)
        playground.budget.release(run.id, connection=connection)


def _hold(playground: Playground, run: Run, message: str) -> None:
    bill = run.cost_usd  # Known where it was a Recover that was cut short: nothing is ordered in one.
    billed: Billed = "unknown" if bill is None else run.billed or "yes"
    closed = replace(run, status="interrupted", error=message, billed=billed)
    with playground.budget.transaction() as connection:
        playground.store.finish(closed, connection=connection)
        if bill is None:
            playground.budget.hold(run.id, connection=connection)
        else:
            playground.budget.settle(run.id, bill, connection=connection)
