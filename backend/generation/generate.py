"""The door: the only way to an image, for the page, the API and scripts alike."""

import logging
import secrets
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from backend.adapters.base import Backend
from backend.adapters.job import Forwarding, Heard, Job, tell_again
from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.domain.errors import Cancelled, NotReady, PlaygroundError, StorageFull, TooManyRequests
from backend.domain.events import Event, Progress, Stopped, Waiting
from backend.domain.exchanges import Exchange, noting
from backend.domain.parts import RANDOM_SEED, Control
from backend.domain.records import Run
from backend.domain.requests import ControlNet, Request, TextToImage
from backend.generation.allowance import payer_of
from backend.generation.bought_maps import with_known_maps, words_of
from backend.generation.picture_access import check_pictures
from backend.generation.recorder import Recorder
from backend.playground import Playground
from backend.record.database.engine import write
from backend.record.database.patience import patiently
from backend.record.exchange_log import save_exchanges
from backend.threads.stream import TICK_SECONDS, Audience, Work

log = logging.getLogger(__name__)

DRAWN_SEEDS = 2**32
MOST_PATIENCE = 60.0
"""Seconds that a run of several waits to be let in; somebody who runs that much more is refused."""
PACED = "Waiting for its turn: so many runs a minute are let in"
KEY_GONE = (
    "The key of your own that this began with was forgotten or replaced, so nothing more is ordered on it. "
    "Run it again with the key that holds now."
)
BYTES_A_PIXEL = 6
"""Of an image's three files together: as PNG, a photograph of this model takes 1.5 to 2 bytes a pixel."""


def generate(
    playground: Playground,
    caller: Caller,
    backend: str,
    request: Request,
    *,
    patient: bool = False,
    checked: bool = False,
    on_estimate: Callable[[Estimate], None] | None = None,
) -> Iterator[Event]:
    """Make the request's images on a backend and yield what happens, ending with `Finished`, `Failed` or `Stopped`.

    Raises a `PlaygroundError` before anything is run, recorded or paid: a value that this backend can't take, a key or
    model that is missing, a cap that is reached, too many runs at once, another visitor's picture. Closing the iterator
    stops a run on this machine within a step, at a page's after a while in which a reload finds it again; one that a
    provider has accepted goes on to its end and into the history. One that is `patient`, as one of several, waits for
    its turn where too many runs have begun. One that `checked` says `prepare` has just returned is taken as it stands;
    `on_estimate` is told what it may cost, so that whoever shows the run needn't work that out again.
    """
    chosen = playground.choose(backend)
    _refuse_lost_key(caller, chosen)
    yield from _admitted(playground, caller, patient=patient)
    if caller.press and caller.press.stopped:
        yield Stopped(0)
        return
    check_pictures(playground, caller, request)
    prepared = request if checked else prepare(chosen, caller, request)
    known = with_known_maps(playground, caller, chosen, prepared)
    estimate = chosen.estimate(known, caller)
    if on_estimate:
        on_estimate(estimate)
    run = _open(playground, caller, chosen, prepared, estimate)
    work = partial(_on_its_key, caller, chosen, partial(chosen.run, known, caller))
    yield from _watched(playground, caller, run, estimate, work)


def draw_control(playground: Playground, caller: Caller, backend: str, control: Control) -> Iterator[Event]:
    """Buy a control picture alone, to be seen before a run is paid: itself a run, capped, recorded and collected.

    Yields and raises as `generate` does. A later run with the same control takes it, and pays nothing for it.
    """
    chosen = playground.choose(backend)
    _refuse_lost_key(caller, chosen)
    playground.admit(caller)
    request = ControlNet(
        prompt=words_of(control.preprocess), image=control.image, preprocess=control.preprocess, seed=0
    )
    check_pictures(playground, caller, request)
    _check(chosen, caller, request)
    estimate = chosen.control_estimate(control, caller)
    run = _open(playground, caller, chosen, request, estimate)
    work = partial(_on_its_key, caller, chosen, partial(chosen.draw_control, request, caller))
    yield from _watched(playground, caller, run, estimate, work)


def collect(playground: Playground, caller: Caller, run: Run) -> Iterator[Event]:
    """Finish a run that was submitted earlier, from its stored ids; nothing is submitted again.

    It counts as running meanwhile, so that nobody deletes what is on its way; one that is deleted already fails.
    """
    yield from _followed(playground, caller, run, partial(_carry_on, playground, caller, run.id))


def book(
    playground: Playground,
    caller: Caller,
    backend: Backend,
    request: Request,
    *,
    heard: Heard,
    error: PlaygroundError,
) -> None:
    """Record as a run what was ordered without one and may have been billed: it counts, and can be recovered.

    `heard` is what the backend told until the `error`.
    """
    estimate = backend.estimate(request, caller)
    run = _open(playground, caller, backend, request, estimate, spent=True)
    recorder = Recorder(playground, run, estimate, Audience())
    for told in heard.told:
        try:
            patiently(partial(tell_again, told, recorder))
        except StorageFull as full:  # The run is closed all the same, or as soon as the record can take it.
            log.warning("What was heard of run %s isn't kept: %s", run.id, full)
    recorder.fail(error)


def prepare(backend: Backend, caller: Caller, request: Request) -> Request:
    """Check a request against a backend and return it as it will run: with a seed, and with the default size."""
    _check(backend, caller, request)
    changes: dict[str, Any] = {}
    if request.seed == RANDOM_SEED:
        changes["seed"] = secrets.randbelow(DRAWN_SEEDS - request.count + 1)
    if request.variation_strength and request.variation_seed == RANDOM_SEED:
        changes["variation_seed"] = secrets.randbelow(DRAWN_SEEDS - request.count + 1)
    if isinstance(request, TextToImage) and request.width is None:
        size = backend.capabilities.default_size
        changes |= {"width": size.width, "height": size.height}
    return request.model_copy(update=changes)


def _admitted(playground: Playground, caller: Caller, *, patient: bool) -> Iterator[Event]:
    """Let a run in, after a while in which it ticks where it is patient and too many came before it."""
    began, said = time.monotonic(), False
    while not (caller.press and caller.press.stopped):
        try:
            playground.admit(caller)
        except TooManyRequests:
            waited = time.monotonic() - began
            if not patient or waited > MOST_PATIENCE:
                raise
            yield Waiting(waited) if said else Progress(0, 0, doing=PACED)
            said = True
            time.sleep(TICK_SECONDS)
        else:
            return


def _refuse_lost_key(caller: Caller, backend: Backend) -> None:
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


def _on_its_key(caller: Caller, backend: Backend, work: Callable[[Job], None], job: Job) -> None:
    """Work as long as the visitor's own key holds; once it is gone, nothing more is wanted, and the reason is told."""
    try:
        work(_OnItsKey(job, caller, backend))
    except Cancelled:
        _refuse_lost_key(caller, backend)
        raise


def _check(backend: Backend, caller: Caller, request: Request) -> None:
    backend.capabilities.check(request)
    missing = backend.missing(caller)
    if missing:
        raise NotReady(missing)


def _open(
    playground: Playground,
    caller: Caller,
    backend: Backend,
    request: Request,
    estimate: Estimate,
    *,
    spent: bool = False,
) -> Run:
    run = Run(
        id=uuid.uuid4().hex,
        visitor=caller.visitor,
        room=caller.room,
        backend=backend.name,
        request=request,
        status="running",
        created=datetime.now(UTC),
        estimate_usd=estimate.likely,
        cost_kind="free" if estimate.free else "unknown",
    )
    if not spent:  # What is spent is booked however full the disk is, and writes no image by itself.
        playground.disk.claim(run.id, _bytes_of(backend, request))
    payer = payer_of(backend, caller, estimate)
    address = None if caller.signed_in else caller.address

    def begin(connection: Connection) -> None:
        playground.budget.reserve(run, estimate.most, payer=payer, address=address, spent=spent, connection=connection)
        playground.store.add(run, connection=connection)

    opening = partial(write, playground.store.engine, begin, alone=True)
    try:
        patiently(opening) if spent else opening()
    except BaseException:  # Nothing of it goes on that would give the room back.
        playground.disk.release(run.id)
        raise
    return run


def _bytes_of(backend: Backend, request: Request) -> int:
    """Return what a run may write: each image as it came, with its settings inside, and as the copy that is served."""
    default = backend.capabilities.default_size
    width = getattr(request, "width", None) or default.width
    height = getattr(request, "height", None) or default.height
    return int(request.count * width * height * BYTES_A_PIXEL)


def _watched(
    playground: Playground, caller: Caller, run: Run, estimate: Estimate, work: Callable[[Job], None]
) -> Iterator[Event]:
    return _followed(playground, caller, run, partial(_carry_out, playground, run, estimate, work))


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
