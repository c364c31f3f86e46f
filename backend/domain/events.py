"""What happens while a request runs; immutable and picklable, so that they cross threads and processes."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from PIL import Image

from backend.domain.errors import Cancelled, PlaygroundError, StorageFull

if TYPE_CHECKING:
    from backend.domain.records import Run, RunImage

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Queued:
    """The run waits its turn; `ahead` runs come first, or None where that isn't known."""

    ahead: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Step `step` of `total` is done for image `index` (from 0); `preview` is a small JPEG file, if any.

    `total` is 0 where a provider counts no steps; `doing` says all there is to say then.
    """

    step: int
    total: int
    preview: bytes | None = None
    index: int = 0
    doing: str = "Drawing"


@dataclass(frozen=True, slots=True)
class Submitted:
    """A provider is about to be asked: its ids go on disk first, and from now on the run is collected to its end.

    Emit it before the POST. After it `emit` raises `Cancelled` no more, but at `Ordering`: the money may be spent.
    """

    provider_ids: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ordering:
    """Something that costs money is about to be ordered: emit it before each order.

    Once nobody waits any more, `emit` raises `Cancelled` at it, also after `Submitted`: what was ordered is collected,
    and nothing more is.
    """


@dataclass(frozen=True, slots=True)
class Charged:
    """A provider billed something; None where it said no price (USD).

    `index` is the image that the bill is for: emit it before the image is fetched, so that the bill counts whatever
    comes of the file. Without one it is for something beside the images, such as a control picture.
    """

    cost_usd: Decimal | None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Generated:
    """One image is done.

    `image` is RGB pixels, or the file that a provider made, byte for byte. `seed` and `cost_usd` are None where
    nobody said them. `record` is where the door put it; backends leave it out.
    """

    image: Image.Image | bytes
    seed: int | None
    cost_usd: Decimal | None
    index: int = 0
    flagged: bool | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    record: "RunImage | None" = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing new, but the run lives; `seconds` have passed since it began."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The run is over and recorded."""

    run: "Run"


@dataclass(frozen=True, slots=True)
class Failed:
    """The run is over without all of its images; `run` holds those that came, and says whether it was billed."""

    error: PlaygroundError
    run: "Run | None" = None


@dataclass(frozen=True, slots=True)
class Mapped:
    """A control picture is done: the sha256 of its file, its width and height in pixels, and the run that bought it.

    There is no run where it cost nothing, be it made here or bought before.
    """

    sha256: str
    size: tuple[int, int]
    run: "Run | None" = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """The visitor wants no more of the run, after `seconds`; one that a provider has accepted ends unseen.

    `run_id` is None where it was stopped before it was recorded.
    """

    seconds: float
    run_id: str | None = None


Event = Queued | Progress | Submitted | Ordering | Charged | Generated | Waiting | Finished | Failed | Stopped | Mapped
Emit = Callable[[Event], None]


def is_wanted(emit: Emit) -> bool:
    """Whether somebody still waits for the run, so that something more may be ordered."""
    try:
        emit(Ordering())
    except Cancelled:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Waiter:
    """Who waits for an order: asked before it is sent again, and told what is waited for meanwhile."""

    emit: Emit

    def wants(self) -> bool:
        """Whether it may be sent again."""
        return is_wanted(self.emit)

    def hears(self, doing: str) -> None:
        """Tell what goes on; whoever has left by then is asked by `wants`."""
        with suppress(Cancelled):
            self.emit(Progress(0, 0, doing=doing))


def announce(emit: Emit, provider_ids: Mapping[str, Any]) -> None:
    """Put on disk what is about to be ordered; where there is no room for it, raise `StorageFull`, and don't order."""
    try:
        emit(Submitted(provider_ids))
    except StorageFull as error:
        error.billed = "no"
        raise


def remember(emit: Emit, provider_ids: Mapping[str, Any]) -> None:
    """Put on disk what was learned of an order; without room for it the run goes on all the same: it is paid."""
    try:
        emit(Submitted(provider_ids))
    except StorageFull as error:
        log.warning("What a provider said of a run isn't kept: %s", error)


def unheard(_: Event) -> None:
    """Take an event that nobody listens to."""
