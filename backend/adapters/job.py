"""What a backend is given to carry out: whom it tells what goes on, asks before it orders, and hands what it made.

The calls of a run that a provider carries out come in this order: `may_order`, `note`, the POST, `charge`, `note` of
where the files lie, `deliver`. A run on this machine only tells and delivers.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from backend.domain.errors import Cancelled, StorageFull
from backend.domain.events import Generated, Listener, News, Progress, hand_on

log = logging.getLogger(__name__)


class Job(Listener, Protocol):
    """One run as its backend sees it; may be called from one thread at a time."""

    def may_order(self) -> None:
        """Ask before each order, also one that is sent again; return where it may be placed.

        Raises `Cancelled` once nobody wants the result, also after `note`: what was ordered is collected, and nothing
        more is ordered. It raises, since an answer that nobody looks at would be an order; `is_wanted` returns it.
        """

    def note(self, provider_ids: Mapping[str, Any]) -> None:
        """Put on disk what the run is found by at its provider (JSON, all that is known of it, not only what is new).

        Call it before the POST: from the first one on the run is collected to its end. Raises `Cancelled`, before
        anything is written, only where nothing was noted yet; `StorageFull` where there is no room for it.
        """

    def charge(self, cost_usd: Decimal | None, index: int | None = None) -> None:
        """Book what a provider has billed (USD), None where it said no price, before anything that was made is fetched.

        `index` is the image that it is for (from 0); without one it is for something beside the images, such as a
        control picture. Never raises `Cancelled`, nor `StorageFull`: a bill that finds no room counts at the run's end.
        """


def is_wanted(job: Job) -> bool:
    """Whether somebody still waits for the run, so that something more may be ordered."""
    try:
        job.may_order()
    except Cancelled:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Waiter:
    """Who waits for an order: asked before it is sent again, and told what is waited for meanwhile."""

    job: Job

    def wants(self) -> bool:
        """Whether it may be sent again."""
        return is_wanted(self.job)

    def hears(self, doing: str) -> None:
        """Tell what goes on; whoever has left by then is asked by `wants`."""
        with suppress(Cancelled):
            self.job.tell(Progress(0, 0, doing=doing))


def announce(job: Job, provider_ids: Mapping[str, Any]) -> None:
    """Put on disk what is about to be ordered; where there is no room for it, raise `StorageFull`, and don't order."""
    try:
        job.note(provider_ids)
    except StorageFull as error:
        error.billed = "no"
        raise


def remember(job: Job, provider_ids: Mapping[str, Any]) -> None:
    """Put on disk what was learned of an order; without room for it the run goes on all the same: it is paid."""
    try:
        job.note(provider_ids)
    except StorageFull as error:
        log.warning("What a provider said of a run isn't kept: %s", error)


@dataclass(slots=True)
class Forwarding:
    """A job that hands everything on to another one; whoever changes something of it overrides that."""

    job: Job

    def tell(self, event: News) -> None:
        """Hand it on."""
        self.job.tell(event)

    def may_order(self) -> None:
        """Hand it on."""
        self.job.may_order()

    def note(self, provider_ids: Mapping[str, Any]) -> None:
        """Hand it on."""
        self.job.note(provider_ids)

    def charge(self, cost_usd: Decimal | None, index: int | None = None) -> None:
        """Hand it on."""
        self.job.charge(cost_usd, index)

    def deliver(self, image: Generated) -> None:
        """Hand it on."""
        self.job.deliver(image)


@dataclass(frozen=True, slots=True)
class Noted:
    """A `note`, as a value."""

    provider_ids: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Charged:
    """A `charge` (USD), as a value."""

    cost_usd: Decimal | None
    index: int | None = None


Told = News | Generated | Noted | Charged
"""A call of a job as a value; immutable and picklable."""


@dataclass(slots=True)
class Heard:
    """A job without a run: what it was told is kept, in order, for the run that it may turn out to be."""

    told: list[Told] = field(default_factory=list)

    def tell(self, event: News) -> None:
        """Keep it."""
        self.told.append(event)

    def may_order(self) -> None:
        """Let it be ordered: nobody can leave."""

    def note(self, provider_ids: Mapping[str, Any]) -> None:
        """Keep it."""
        self.told.append(Noted(provider_ids))

    def charge(self, cost_usd: Decimal | None, index: int | None = None) -> None:
        """Keep it."""
        self.told.append(Charged(cost_usd, index))

    def deliver(self, image: Generated) -> None:
        """Keep it."""
        self.told.append(image)


def tell_again(told: Told, job: Job) -> None:
    """Make the call again that was kept as a value."""
    match told:
        case Noted(provider_ids):
            job.note(provider_ids)
        case Charged(cost_usd, index):
            job.charge(cost_usd, index)
        case _:
            hand_on(told, job)
