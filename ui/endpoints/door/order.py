"""One order of a program: what it says of itself, who asks, and the runs that are its."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event as Left

from backend.domain.caller import Caller
from backend.domain.records import Run
from backend.record.orders import Claim


class Gone(Exception):
    """The client has left: nobody is there to be told anything."""


@dataclass(slots=True)
class Order:
    """One order: what it claims to be, who asks, and the runs that it became or was found to be."""

    claim: Claim
    caller: Caller
    left: Left = field(default_factory=Left)
    order_id: str = ""
    """The order whose answer this is: its own, or the one that it repeats."""
    opened: dict[int, str] = field(default_factory=dict)
    """The ids of its runs, by their number within the order."""
    lost: str = ""
    """The order whose answer it noted as lost: once alone, since whoever asks again may have it by the next time."""
    unsure: bool = False
    """Whether it says to be a retry, and not whose: it gets what a line that broke held, be it broken just now."""

    def __post_init__(self) -> None:
        self.order_id = self.claim.order_id


def may_have_cost(runs: Sequence[Run]) -> bool:
    """Whether any of them isn't known to be free."""
    return any(run.cost_kind != "free" for run in runs)
