"""The generation: the only way to an image, for the page, the API and scripts alike."""

import logging
import secrets
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from backend.adapters.base import Backend
from backend.adapters.job import Heard, tell_again
from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.domain.errors import NotReady, PlaygroundError, StorageFull, TooManyRequests
from backend.domain.events import Event, Progress, Stopped, Waiting
from backend.domain.parts import RANDOM_SEED, Control
from backend.domain.records import Run
from backend.domain.requests import ControlNet, Request, TextToImage, undrawn
from backend.generation.bought_maps import with_known_maps, words_of
from backend.generation.carrying_out import on_its_key, refuse_lost_key, watched, watched_again
from backend.generation.opening import Noting, open_run
from backend.generation.picture_access import check_pictures
from backend.generation.recorder import Recorder
from backend.playground import Playground
from backend.record.database.patience import patiently
from backend.threads.stream import TICK_SECONDS, Audience

log = logging.getLogger(__name__)

DRAWN_SEEDS = 2**32
MOST_PATIENCE = 60.0
"""Seconds that a run of several waits to be let in; somebody who runs that much more is refused."""
PACED = "Waiting for its turn: so many runs a minute are let in"


def generate(
    playground: Playground,
    caller: Caller,
    backend: str,
    request: Request,
    *,
    patient: bool = False,
    checked: bool = False,
    on_estimate: Callable[[Estimate], None] | None = None,
    noting: Noting | None = None,
    in_place_of: str | None = None,
) -> Iterator[Event]:
    """Make the request's images on a backend and yield what happens, ending with `Finished`, `Failed` or `Stopped`.

    Raises a `PlaygroundError` before anything is run, recorded or paid: a value that this backend can't take, a key or
    model that is missing, a cap that is reached, too many runs at once, another visitor's picture. Closing the iterator
    stops a run on this machine within a step, at a page's after a while in which a reload finds it again; one that a
    provider has accepted goes on to its end and into the history. One that is `patient`, as one of several, waits for
    its turn where too many runs have begun. One that `checked` says `prepare` has just returned is taken as it stands;
    `on_estimate` is told what it may cost, so that whoever shows the run needn't work that out again; `noting` writes
    in the transaction that opens the run, before anything is ordered, and what was set aside for it under the id
    `in_place_of` is lifted there.
    """
    chosen = playground.choose(backend)
    refuse_lost_key(caller, chosen)
    yield from _admitted(playground, caller, patient=patient)
    if caller.stopped:
        yield Stopped(0)
        return
    check_pictures(playground, caller, request)
    prepared = request if checked else prepare(chosen, caller, request)
    known = with_known_maps(playground, caller, chosen, prepared)
    estimate = chosen.estimate(known, caller)
    if on_estimate:
        on_estimate(estimate)
    run = open_run(playground, caller, chosen, prepared, estimate, noting=noting, in_place_of=in_place_of)
    work = partial(on_its_key, caller, chosen, partial(chosen.run, known, caller))
    yield from watched(playground, caller, run, estimate, work)


def draw_control(playground: Playground, caller: Caller, backend: str, control: Control) -> Iterator[Event]:
    """Buy a control picture alone, to be seen before a run is paid: itself a run, capped, recorded and collected.

    Yields and raises as `generate` does. A later run with the same control takes it, and pays nothing for it.
    """
    chosen = playground.choose(backend)
    refuse_lost_key(caller, chosen)
    playground.admit(caller)
    request = ControlNet(
        prompt=words_of(control.preprocess), image=control.image, preprocess=control.preprocess, seed=0
    )
    check_pictures(playground, caller, request)
    _check(chosen, caller, request)
    estimate = chosen.control_estimate(control, caller)
    run = open_run(playground, caller, chosen, request, estimate)
    work = partial(on_its_key, caller, chosen, partial(chosen.draw_control, request, caller))
    yield from watched(playground, caller, run, estimate, work)


def collect(playground: Playground, caller: Caller, run: Run) -> Iterator[Event]:
    """Finish a run that was submitted earlier, from its stored ids; nothing is submitted again.

    It counts as running meanwhile, so that nobody deletes what is on its way; one that is deleted already fails.
    """
    yield from watched_again(playground, caller, run)


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
    run = open_run(playground, caller, backend, request, estimate, spent=True)
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
    if request.seed == RANDOM_SEED and not undrawn(request):  # What isn't drawn has its picture's seed.
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
    while not caller.stopped:
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


def _check(backend: Backend, caller: Caller, request: Request) -> None:
    backend.capabilities.check(request)
    missing = backend.missing(caller)
    if missing:
        raise NotReady(missing)
