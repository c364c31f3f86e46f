"""What a crash or a restart left running: collected where a provider was asked, closed where not."""

import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from backend.caller import Caller
from backend.generate import collect
from backend.playground import Playground
from backend.runs.records import Run

log = logging.getLogger(__name__)

SERVED_AGAIN = timedelta(days=7)
"""How long it is remembered to whom a copy is served: longer than Gradio's cache keeps any."""

CLOSED = "The playground was stopped during this run; nothing was billed. Run it again with the same seed."
WAITS = "The playground was stopped during this run, which {label} had accepted. {missing} Then recover it."
OWN = (
    "The playground was stopped during this run, which {label} had accepted on your own key. Paste it, then recover it."
)
GONE = "The playground was stopped during this run, which {name} had accepted; this playground no longer knows {name}."


def recover(playground: Playground) -> threading.Thread:
    """Close or collect, in a background thread, every run that was still going when its playground ended.

    What another playground on the same record is carrying is left to it.
    """
    left = playground.store.unfinished()
    thread = threading.Thread(target=_recover_all, args=(playground, left), daemon=True, name="recovery")
    thread.start()
    return thread


def _recover_all(playground: Playground, left: list[Run]) -> None:
    playground.holders.forget_served(datetime.now(UTC) - SERVED_AGAIN)
    for run in filter(playground.store.take_over, left):
        backend = playground.backends.get(run.backend)
        caller = Caller(visitor=run.visitor, room=run.room)
        if not run.provider_ids:
            _close(playground, run, CLOSED)
        elif backend is None:
            _hold(playground, run, GONE.format(name=run.backend))
        elif playground.budget.payer(run.id) == "visitor":
            _hold(playground, run, OWN.format(label=backend.label))
        elif missing := backend.missing(caller):
            _hold(playground, run, WAITS.format(label=backend.label, missing=missing))
        else:
            for _ in collect(playground, caller, run):
                pass
            log.info("Collected run %s from %s", run.id, backend.label)
    playground.history.clear_out()


def _close(playground: Playground, run: Run, message: str) -> None:
    with playground.budget.transaction() as connection:
        playground.store.finish(replace(run, status="interrupted", error=message, billed="no"), connection=connection)
        playground.budget.release(run.id, connection=connection)


def _hold(playground: Playground, run: Run, message: str) -> None:
    closed = replace(run, status="interrupted", error=message, billed="unknown")
    with playground.budget.transaction() as connection:
        playground.store.finish(closed, connection=connection)
        playground.budget.hold(run.id, connection=connection)
