"""Keeps what a run makes, in the run's own thread: nothing that was made is lost when the page is closed."""

import logging
import time
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import Connection

from backend.capabilities import Estimate
from backend.errors import Cancelled, PlaygroundError, StorageFull
from backend.events import Charged, Emit, Event, Failed, Finished, Generated, Ordering, Submitted
from backend.playground import Playground
from backend.runs.database import write
from backend.runs.keep import keep_image
from backend.runs.records import CostKind, Run, Status

log = logging.getLogger(__name__)


class Recorder:
    """Passes a run's events on, after everything that must not be lost is on disk."""

    def __init__(self, playground: Playground, run: Run, estimate: Estimate, emit: Emit) -> None:
        self.playground = playground
        self.run = run
        self.estimate = estimate
        self._emit = emit
        self._committed = bool(run.provider_ids)
        # Also of images that could not be kept: they were paid all the same.
        self._costs = {image.index: image.cost_usd for image in run.images}
        self._charges: list[Decimal | None] = []
        self._began = time.monotonic()

    def emit(self, event: Event) -> None:
        """Record the event where it matters, then pass it on; raises `Cancelled` as `Emit` says."""
        if isinstance(event, Submitted):
            self._pass_on(event)
            self.playground.store.submitted(self.run.id, event.provider_ids)
            self._committed = True
            self.run = replace(self.run, provider_ids=dict(event.provider_ids))
        elif isinstance(event, Generated):
            self._pass_on(self._keep(event))
        elif isinstance(event, Ordering):
            self._emit(event)
        elif isinstance(event, Charged):
            self._charges.append(event.cost_usd)
            self._pass_on(event)
        else:
            self._pass_on(event)

    def finish(self) -> Event:
        """Close a run that ended well, and settle it."""
        whole = len(self.run.images) >= self.run.request.count
        self._close("finished" if whole else "partial")
        return Finished(self.run)

    def cancel(self) -> None:
        """Close a run that nobody wants any more; what came is kept and settled."""
        self._close("cancelled")

    def fail(self, error: PlaygroundError) -> Event:
        """Close a run that failed: release, settle or hold its money by what is known."""
        self._close("partial" if self.run.images else "failed", error)
        return Failed(error, self.run)

    def _pass_on(self, event: Event) -> None:
        try:
            self._emit(event)
        except Cancelled:
            if not self._committed:
                raise

    def _keep(self, event: Generated) -> Generated:
        self._costs[event.index] = event.cost_usd
        try:
            image = keep_image(self.playground.files, self.run, event)
            self.playground.store.add_image(self.run.id, image)
        except StorageFull as error:
            raise self._unkept(error) from error
        # Several devices finish in any order; a run shows its images by index all the same.
        images = sorted((*self.run.images, image), key=lambda kept: kept.index)
        self.run = replace(self.run, images=tuple(images))
        return replace(event, record=image)

    def _close(self, status: Status, error: PlaygroundError | None = None) -> None:
        cost = self._cost(error)
        if error and error.billed == "no" and self._charges:
            error.billed = "yes"
        self.run = replace(
            self.run,
            status=status,
            seconds=round(time.monotonic() - self._began, 3),
            cost_usd=cost,
            cost_kind=self._cost_kind(cost),
            error=str(error) if error else None,
            billed=error.billed if error else None,
        )
        run = self.run

        # In one step: a crash finds the run either still open, with its reservation, or closed, with its bill.
        def close(connection: Connection) -> None:
            self._settle(cost, error, connection)
            self.playground.store.finish(run, connection=connection)

        try:
            write(self.playground.store.engine, close, alone=True)
        except StorageFull as full:
            raise self._unkept(full) from full
        size = f"{run.images[0].width}x{run.images[0].height}" if run.images else "no image"
        log.info(
            "%s %s %s: %s, %s, %.1f s, %s USD", run.backend, run.request.mode, run.id, status, size, run.seconds, cost
        )

    def _unkept(self, error: StorageFull) -> StorageFull:
        return StorageFull(str(error), billed="unknown" if self._committed else "no")

    def _cost(self, error: PlaygroundError | None) -> Decimal | None:
        costs = (*self._costs.values(), *self._charges)
        if any(cost is None for cost in costs) or (error and error.billed != "no"):
            return None
        return sum((cost for cost in costs if cost is not None), Decimal(0))

    def _cost_kind(self, cost: Decimal | None) -> CostKind:
        if self.estimate.free:
            return "free"
        return "unknown" if cost is None else self.playground.backends[self.run.backend].cost_kind

    def _settle(self, cost: Decimal | None, error: PlaygroundError | None, connection: Connection) -> None:
        budget, run_id = self.playground.budget, self.run.id
        if cost is None:
            budget.hold(run_id, connection=connection)
        elif error and not self._costs and not self._charges:
            budget.release(run_id, connection=connection)
        else:
            budget.settle(run_id, cost, connection=connection)
