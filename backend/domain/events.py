"""What is shown while a request runs; immutable and picklable, so that they cross threads and processes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, assert_never

from PIL import Image

from backend.domain.errors import PlaygroundError

if TYPE_CHECKING:
    from backend.domain.records import Run, RunImage


DRAWING = "Drawing"


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
    doing: str = DRAWING


@dataclass(frozen=True, slots=True)
class Committed:
    """A provider is about to be asked, or has answered: the run is collected to its end, whoever watches.

    It comes with each `Job.note`; the ids themselves are on disk, and nobody's to see.
    """


@dataclass(frozen=True, slots=True)
class Generated:
    """One image is done.

    `image` is RGB pixels, or the file that a provider made, byte for byte. `seed` and `cost_usd` (USD) are None where
    nobody said them. `record` is where it was kept; a backend leaves it out, and hands it to `Job.deliver`.
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


News = Queued | Progress | Waiting
"""What goes on meanwhile: to be shown, and nothing is lost with it."""
Event = News | Committed | Generated | Finished | Failed | Stopped | Mapped
"""All that a run shows; no more kinds are added elsewhere, so that whoever matches them ends with `assert_never`."""
Tell = Callable[[News], None]
"""Tells what goes on; raises `Cancelled` once nobody wants what comes of it."""


def unheard(_: Event) -> None:
    """Take an event that nobody listens to."""


class Listener(Protocol):
    """Who hears of what is made where nothing can be ordered: what is told here may come from another process."""

    def tell(self, event: News) -> None:
        """Show what goes on; raises `Cancelled` once nobody wants the result, unless ids were noted: that is paid."""

    def deliver(self, image: Generated) -> None:
        """Hand over an image that is done: it is kept and on record first, then shown.

        Raises `StorageFull` where there is no room for it, and `Cancelled` as `tell` does, once it is kept.
        """


def hand_on(told: News | Generated, listener: Listener) -> None:
    """Make calls again of what was told as a value, such as in another thread or process."""
    match told:
        case Generated():
            listener.deliver(told)
        case Queued() | Progress() | Waiting():
            listener.tell(told)
        case _:
            assert_never(told)
