"""A press that waits its turn: what it will run, how far it is, and the queue that it stands in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from backend.domain.capabilities import Estimate
from backend.domain.requests import Request, references

EntryState = Literal["waiting", "running", "done", "failed", "refused", "stopped"]
TO_BE_DRAWN: tuple[EntryState, ...] = ("waiting", "running")
"""The states of what is still to come; in the others an entry says how it ended."""
ENDED_BADLY: tuple[EntryState, ...] = ("failed", "refused", "stopped")
"""The states in which it can be tried again."""


@dataclass(frozen=True, slots=True)
class Until:
    """Where a press that repeats until it is stopped ends by itself: at so many images, or at so much money (USD)."""

    images: int
    usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BatchPlace:
    """Where an entry stands in a batch: the batch's id, the entry's number there (from 1), and what it is called."""

    batch: str
    number: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry:
    """A press as it waits: its `requests` are its runs, one after the other, or with `until` the one that repeats.

    `own_key`: a key of the visitor's own pays, and nothing else does. `begun` runs were taken, `images` came of them
    and `spent_usd` was billed, or is held for what nobody knows. `run_id` is the run that goes on for it, `set_aside`
    whether money lies ready for it, `said` what a visitor has to know of how it stands, `place` which of a batch it is.
    """

    id: str
    visitor: str
    position: int
    backend: str
    requests: tuple[Request, ...]
    created: datetime
    state: EntryState = "waiting"
    room: str | None = None
    own_key: bool = False
    until: Until | None = None
    estimate_usd: Decimal | None = None
    free: bool = False
    begun: int = 0
    images: int = 0
    spent_usd: Decimal = field(default_factory=Decimal)
    run_id: str | None = None
    set_aside: bool = False
    said: str | None = None
    place: BatchPlace | None = None

    @property
    def estimate(self) -> Estimate:
        """Return what may be billed for it: for all of its runs, or for one where it repeats."""
        return Estimate(self.estimate_usd, free=self.free)

    @property
    def more(self) -> bool:
        """Whether something of it is left to be begun."""
        if self.until is not None:
            return self.images < self.until.images
        return self.begun < len(self.requests)

    @property
    def wanted(self) -> int:
        """Return how many images it makes if all goes well."""
        return self.until.images if self.until else sum(request.count for request in self.requests)

    @property
    def inputs(self) -> set[str]:
        """Return the pictures that it starts from."""
        return {sha256 for request in self.requests for sha256 in references(request)}


@dataclass(frozen=True, slots=True)
class PressesQueue:
    """A visitor's entries in their order, and whether they are drawn now; `said` is why not.

    `elsewhere`: another playground on the same record draws what is to come. `dropped` entries can be brought back.
    """

    entries: Sequence[QueueEntry] = ()
    paused: bool = False
    said: str | None = None
    elsewhere: bool = False
    dropped: int = 0

    @property
    def to_come(self) -> list[QueueEntry]:
        """Return what waits or was taken."""
        return [entry for entry in self.entries if entry.state in TO_BE_DRAWN]

    @property
    def waiting(self) -> list[QueueEntry]:
        """Return what waits, the next one first."""
        return [entry for entry in self.entries if entry.state == "waiting"]

    @property
    def running(self) -> list[QueueEntry]:
        """Return what was taken and hasn't ended."""
        return [entry for entry in self.entries if entry.state == "running"]
