"""The carrying out of an open run: its work in a thread of its own, watched, recorded, and closed whatever comes."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from backend.adapters.base import Backend
from backend.adapters.job import Forwarding, Job
from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.domain.errors import Cancelled, NotReady, PlaygroundError
from backend.domain.events import Event
from backend.domain.exchanges import Exchange, noting
from backend.domain.records import Run
from backend.generation.recorder import Recorder
from backend.playground import Playground
from backend.record.exchange_log import save_exchanges
from backend.threads.stream import Audience, Work

log = logging.getLogger(__name__)

KEY_GONE = (
    "The key of your own that this began with was forgotten or replaced, so nothing more is ordered on it. "
    "Run it again with the key that holds now."
)


def refuse_lost_key(caller: Caller, backend: Backend) -> None:
    """Raise `NotReady` where the visitor's own key that this began with isn't here any more."""
    if caller.lost_key(backend.name):
        raise NotReady(KEY_GONE)


@dataclass(slots=True)
class _OnItsKey(Forwarding):
    """A job that orders nothing more once the visitor's own key of the backend is gone."""

    caller: Caller
    backend: Backend

    def may_order(self) -> None:
        """Raise `Cancelled` also where the key is gone."""
        if self.caller.lost_key(self.backend.name):
            raise Cancelled
        self.job.may_order()


def on_its_key(caller: Caller, backend: Backend, work: Callable[[Job], None], job: Job) -> None:
    """Work as long as the visitor's own key holds; once it is gone, nothing more is wanted, and the reason is told."""
    try:
        work(_OnItsKey(job, caller, backend))
    except Cancelled:
        refuse_lost_key(caller, backend)
        raise


def watched(
    playground: Playground, caller: Caller, run: Run, estimate: Estimate, work: Callable[[Job], None]
) -> Iterator[Event]:
    """Carry a run out, and return what happens, ending with `Finished`, `Failed` or `Stopped`."""
    return _followed(playground, caller, run, partial(_carry_out, playground, run, estimate, work))


def watched_again(playground: Playground, caller: Caller, run: Run) -> Iterator[Event]:
    """Reopen a run that was submitted earlier, collect it, and return what happens as `watched` does."""
    return _followed(playground, caller, run, partial(_carry_on, playground, caller, run.id))


def _followed(playground: Playground, caller: Caller, run: Run, work: Work) -> Iterator[Event]:
    live = playground.live.start(run, work, caller.press)
    events = live.watch(caller.page)
    if caller.press:
        caller.press.carry(live.stream)
    return events


def _carry_out(
    playground: Playground, run: Run, estimate: Estimate, work: Callable[[Job], None], audience: Audience
) -> Event:
    with noting() as noted:
        try:
            return _make(playground, run, work, Recorder(playground, run, estimate, audience))
        finally:
            playground.disk.release(run.id)
            _keep_exchanges(playground, run, noted)


def _carry_on(playground: Playground, caller: Caller, run_id: str, audience: Audience) -> Event:
    run = playground.store.reopen(run_id)
    collecting = partial(playground.backends[run.backend].collect, run, caller)
    return _carry_out(playground, run, Estimate(likely=run.estimate_usd), collecting, audience)


def _keep_exchanges(playground: Playground, run: Run, noted: Sequence[Exchange]) -> None:
    if not noted:
        return
    try:
        save_exchanges(playground.store.engine, run.id, noted)
    except Exception:  # The run has ended and is recorded: a full or locked record changes nothing of that any more.
        log.warning("The exchanges of run %s are not kept", run.id, exc_info=True)


def _make(playground: Playground, run: Run, work: Callable[[Job], None], recorder: Recorder) -> Event:
    backend = playground.backends[run.backend]
    try:
        work(recorder)
    except Cancelled:
        recorder.cancel()
        raise
    except PlaygroundError as error:
        return recorder.fail(error)
    except Exception:  # A foreign library's fault must close the run too; its text may hold what visitors mustn't see.
        log.exception("%s broke down", backend.label)
        submitted = bool(recorder.run.provider_ids)
        message = f"{backend.label} broke down on this run; the playground's log says why."
        return recorder.fail(PlaygroundError(message, billed="unknown" if submitted else "no"))
    return recorder.finish()
