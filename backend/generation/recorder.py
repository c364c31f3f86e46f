"""Keeps what a run makes, in the run's own thread: nothing that was made is lost when the page is closed."""

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

from sqlalchemy import Connection

from backend.adapters.job import is_wanted
from backend.domain.capabilities import Estimate
from backend.domain.errors import (
    RUN_AGAIN,
    Billed,
    Cancelled,
    GenerationFailed,
    PlaygroundError,
    ProviderBusy,
    StorageFull,
)
from backend.domain.events import Committed, Event, Failed, Finished, Generated, News, Progress
from backend.domain.records import CONTROL_PICTURE, DREW, CostKind, Run, RunImage, Status
from backend.domain.requests import Upscale
from backend.images.credentials.claim import Deed
from backend.images.incoming import opened
from backend.images.keep import Sign, keep_image
from backend.images.metadata.source_type import TERMS, Term, marked
from backend.images.small_copy import term_in
from backend.playground import Playground
from backend.record.database.engine import write
from backend.record.database.patience import patiently
from backend.threads.stream import Audience

log = logging.getLogger(__name__)


class Recorder:
    """The job of a run: what must not be lost is on disk, or in the ledger, before those who watch are shown it."""

    def __init__(self, playground: Playground, run: Run, estimate: Estimate, audience: Audience) -> None:
        self.playground = playground
        self.run = run
        self.estimate = estimate
        self._audience = audience
        self._committed = self._collecting = bool(run.provider_ids)
        # Also of images that could not be fetched or kept: they were paid all the same.
        self._costs = {image.index: image.cost_usd for image in run.images}
        self._charges: list[Decimal | None] = []
        self._began = time.monotonic()
        self._sign: Sign | None = None

    @property
    def _term(self) -> Term | None:
        """What the run's pictures say of their origin; a control picture is none that a model drew."""
        if not self.playground.settings.mark or self.run.provider_ids.get(CONTROL_PICTURE):
            return None
        return self._said_of_it or TERMS[self.run.request.mode]

    @cached_property
    def _said_of_it(self) -> Term | None:
        """What the picture of an enlargement says of its own origin: larger, a model's picture is still a model's.

        One that was drawn anew is a picture edited by a model.
        """
        request = self.run.request
        if not isinstance(request, Upscale):
            return None
        if not request.undrawn:
            return TERMS["image_to_image"]
        try:
            with opened(self.playground.files.path(request.image)) as picture:
                return term_in(picture)
        except PlaygroundError:  # It is gone or damaged; the run says so.
            return None

    def _signed_by(self, made: Generated) -> Sign | None:
        """Return what signs the run's pictures, also those brought home later; it stays here, whoever draws them."""
        signing, term, run = self.playground.signing, self._term, self.run
        if signing is None or term is None:
            return None
        if self._sign is None:  # One model draws all of a run.
            backend = self.playground.backends[run.backend]
            model = str(made.details.get(DREW) or backend.model_name)
            deed = Deed(run.request.mode, term, model, backend.label)
            self._sign = signing.of_run(self.playground.files, run.request, deed)
        return self._sign

    @property
    def _watermark(self) -> bool:
        """Whether the run's pictures get a watermark; a control picture is read by a model, and stays as it is."""
        return self.playground.settings.watermark and not self.run.provider_ids.get(CONTROL_PICTURE)

    @property
    def whole(self) -> bool:
        """Whether every image is there: nothing that comes now changes how the run ended."""
        return len({image.index for image in self.run.images}) >= self.run.request.count

    def tell(self, event: News) -> None:
        """Show what goes on; a preview says of its origin what the image will."""
        if isinstance(event, Progress) and event.preview:
            event = replace(event, preview=marked(event.preview, "jpeg", self._term))
        self._show(event)

    def may_order(self) -> None:
        """Raise `Cancelled` once nobody watches any more, whatever was ordered before."""
        self._audience.check()

    def note(self, provider_ids: Mapping[str, Any]) -> None:
        """Show that the run is committed, and put the ids on disk; from the first on no Stop reaches it."""
        self._show(Committed())
        changed = replace(self.run, provider_ids=dict(provider_ids))
        try:
            self.playground.store.submitted(self.run.id, provider_ids)
        except StorageFull as error:
            if self._committed:  # It is written with the run's end, if there is room then.
                self.run = changed
            raise self._unkept(error) from error
        self._committed, self.run = True, changed

    def charge(self, cost_usd: Decimal | None, index: int | None = None) -> None:
        """Book a bill, or at the run's end where there is no room for it now."""
        if index is None:
            self._charges.append(cost_usd)
        else:
            self._costs[index] = cost_usd
        try:
            self._count()
        except StorageFull as error:  # It counts with the image, or at the run's end; what is ordered goes on.
            log.warning("A bill of run %s could not be noted yet: %s", self.run.id, error)

    def deliver(self, image: Generated) -> None:
        """Keep an image and put it on record, with its bill, then show it."""
        self._show(self._keep(image))

    def finish(self) -> Event:
        """Close a run that ended well, and settle it."""
        self._close("finished" if self.whole else "partial")
        return Finished(self.run)

    def cancel(self) -> None:
        """Close a run that nobody wants any more; what came is kept and settled."""
        self._close("finished" if self.whole else "cancelled")

    def fail(self, error: PlaygroundError) -> Event:
        """Close a run that failed: release, settle or hold its money by what is known."""
        if self.whole:
            log.warning("Run %s had all its images when this came: %s", self.run.id, error)
            return self.finish()
        error.billed = self._billed(error)
        self._close(self._end_of(error), error)
        return Failed(error, self.run)

    def _end_of(self, error: PlaygroundError) -> Status:
        # Who is busy is asked again until Stop: it was the visitor who gave up.
        if isinstance(error, ProviderBusy) and error.billed == "no" and not is_wanted(self):
            return "cancelled"
        return "partial" if self.run.images else "failed"

    def _show(self, event: Event) -> None:
        """Show something, and raise `Cancelled` where nobody wants it and nothing is committed."""
        try:
            self._audience.tell(event)
        except Cancelled:
            if not self._committed:
                raise

    def _keep(self, made: Generated) -> Generated:
        self._costs[made.index] = made.cost_usd
        try:
            sign = self._signed_by(made)
            image = keep_image(self.playground.files, self.run, made, self._term, sign, watermark=self._watermark)
            self._count(image)
        except StorageFull as error:
            unkept = self._unkept(error)
            if self._committed and made.cost_usd is not None and len(self._costs) >= self.run.request.count:
                unkept.billed = "yes"  # Else nobody knows what those cost that are still to come.
            raise unkept from error
        # Several devices finish in any order; a run shows its images by index all the same.
        images = sorted((*self.run.images, image), key=lambda kept: kept.index)
        self.run = replace(self.run, images=tuple(images))
        return replace(made, record=image)

    def _count(self, image: RunImage | None = None) -> None:
        """Put an image on record, and all bills that are known by now: caps count them before the run has ended."""
        known = self._known()

        def count(connection: Connection) -> None:
            if image is not None:
                self.playground.store.add_image(self.run.id, image, connection=connection)
            self.playground.budget.bill(self.run.id, known, connection=connection)

        patiently(partial(write, self.playground.store.engine, count))

    def _close(self, status: Status, error: PlaygroundError | None = None) -> None:
        cost = self._cost(error)
        self.run = replace(
            self.run,
            status=status,
            seconds=round(time.monotonic() - self._began, 3),
            cost_usd=cost,
            cost_kind=self._cost_kind(cost),
            error=str(error) if error and status != "cancelled" else None,
            billed=error.billed if error else None,
        )
        run = self.run

        # In one step: a crash finds the run either still open, with its reservation, or closed, with its bill.
        def close(connection: Connection) -> None:
            self._settle(cost, error, connection)
            self.playground.store.finish(run, connection=connection)

        closing = partial(write, self.playground.store.engine, close, alone=True)
        try:
            patiently(closing)
        except StorageFull as full:
            self.playground.unclosed.keep(run.id, closing)
            raise self._unkept(full) from full
        except Exception:  # Whatever the fault: the run must not go on for ever, nor its money stay reserved.
            self.playground.unclosed.keep(run.id, closing)
            raise
        size = f"{run.images[0].width}x{run.images[0].height}" if run.images else "no image"
        log.info(
            "%s %s %s: %s, %s, %.1f s, %s USD", run.backend, run.request.mode, run.id, status, size, run.seconds, cost
        )

    def _unkept(self, error: StorageFull) -> StorageFull:
        """Return it with what is known of the bill; what was ordered is recovered, since a second run is paid again."""
        if not self._committed:
            return type(error)(str(error), billed="no")
        return type(error)(str(error).replace(RUN_AGAIN, "recover the run"), billed="unknown")

    def _known(self) -> Decimal:
        """Return what has surely been billed until now, in USD; what this machine estimates of itself is no bill."""
        if not self.playground.backends[self.run.backend].takes_money:
            return Decimal(0)
        costs = (*self._costs.values(), *self._charges)
        return sum((cost for cost in costs if cost is not None), Decimal(0))

    def _billed(self, error: PlaygroundError) -> Billed:
        """Return what is known of the bill behind a failure: the error knows of its own part alone."""
        if not self._committed:
            return error.billed
        billed = error.billed
        if billed == "no" and self._collecting and not isinstance(error, GenerationFailed):
            billed = "unknown"  # A key that can't be one, a picture that is gone: it says nothing of the earlier order.
        if billed == "unknown" and self.run.cost_usd is not None:
            billed = "no" if self.run.billed == "no" else "yes"  # An earlier try knew, and nothing is ordered since.
        return "yes" if billed == "no" and self._owed() else billed

    def _owed(self) -> list[Decimal | None]:
        """Return what was billed without an image here."""
        here = {image.index for image in self.run.images}
        return [*self._charges, *(cost for index, cost in self._costs.items() if index not in here)]

    def _cost(self, error: PlaygroundError | None) -> Decimal | None:
        """Return the whole bill, or None where a part of it isn't known."""
        costs = (*self._costs.values(), *self._charges)
        earlier = self.run.cost_usd if self._collecting else None
        told_nowhere = error is not None and error.billed == "yes" and not self._owed()
        if None in costs or told_nowhere or (error and error.billed == "unknown"):
            return earlier
        return max(sum((cost for cost in costs if cost is not None), Decimal(0)), earlier or Decimal(0))

    def _cost_kind(self, cost: Decimal | None) -> CostKind:
        if self.estimate.free:
            return "free"
        backend = self.playground.backends[self.run.backend]
        return "unknown" if cost is None else backend.kind_of_cost(self.run.provider_ids)

    def _settle(self, cost: Decimal | None, error: PlaygroundError | None, connection: Connection) -> None:
        budget, run_id = self.playground.budget, self.run.id
        if cost is None:
            budget.bill(run_id, self._known(), connection=connection)
            budget.hold(run_id, connection=connection)
        elif error and not cost and not self._costs and not self._charges:
            budget.release(run_id, connection=connection)
        else:
            budget.settle(run_id, cost, connection=connection)
