"""The reckoning of a cell: what the provider was paid against what the record says."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import Engine, select

from backend.domain.records import Run
from backend.record.database.tables import ledger, runs
from backend.record.store import Store
from backend.simulator.faults import Fault, Faults
from backend.simulator.world import World

ORDERS = ("runware.imageInference", "runware.controlNetPreprocess", "modelrunner.submit", "openai.generations")
PATIENCE = 90.0
ARRIVES_SECONDS = 0.15
"""In which an order that was on its way has reached the provider: shorter than any order that a cell lets last."""


class Heard(Faults):
    """Faults that remember each call as it comes in: the provider's own list has what it carried out."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def take(self, operation: str) -> Fault | None:
        """Note the call, and return what it suffers."""
        self.asked.append(operation)
        return super().take(operation)


@dataclass(slots=True)
class Books:
    """What is on record and at the provider since the cell began."""

    store: Store
    world: World
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    _bills: int = 0
    _asked: int = 0

    def __post_init__(self) -> None:
        self._bills, self._asked = len(self.world.account.bills), len(self._heard.asked)

    @property
    def _heard(self) -> Heard:
        assert isinstance(self.world.faults, Heard)
        return self.world.faults

    @property
    def engine(self) -> Engine:
        """Return the record's database."""
        return self.store.engine

    @property
    def orders(self) -> int:
        """Return how often something was ordered, refused or not."""
        return self.asked(ORDERS)

    @property
    def bills(self) -> list[Decimal]:
        """Return what was billed, one bill an image or map (USD)."""
        return self.world.account.bills[self._bills :]

    @property
    def runs(self) -> list[Run]:
        """Return what is on record, oldest first."""
        query = select(runs).where(runs.c.created >= self.began).order_by(runs.c.created)
        return list(self.store.read(query))

    @property
    def paid(self) -> list[Run]:
        """Return those that a provider was to be paid for."""
        return [run for run in self.runs if run.cost_kind != "free"]

    @property
    def images(self) -> int:
        """Return how many images that are paid are on record."""
        return sum(len(run.images) for run in self.paid)

    def asked(self, operations: Sequence[str]) -> int:
        """Return how often the provider was asked for one of these."""
        return sum(operation in operations for operation in self._heard.asked[self._asked :])

    def wait(self, holds: Callable[[], bool], otherwise: str) -> None:
        """Wait until something holds."""
        until = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < until, f"{otherwise}: {self.told()}"
            time.sleep(0.02)

    def orders_after(self, press: Callable[[], object]) -> int:
        """Return how often something had been ordered once a press has done its work; what was on its way counts."""
        press()
        time.sleep(ARRIVES_SECONDS)
        return self.orders

    def wait_for_quiet(self) -> None:
        """Wait until no run goes on any more."""
        self.wait(lambda: all(run.status != "running" for run in self.runs), "a run stays running")

    def balanced(self) -> None:
        """Assert that what was spent is what the ledger has, and that each paid image is here or can be recovered."""
        self.wait_for_quiet()
        paid, known, most = sum(self.bills, Decimal(0)), Decimal(0), Decimal(0)
        for state, reserved, settled in self._entries():
            assert state != "reserved"
            held = state == "held"
            known += settled or Decimal(0)
            most += max(reserved, settled or Decimal(0)) if held else settled or Decimal(0)
        assert known <= paid <= most, f"{paid} USD were spent; {known} are known, {most} counted: {self.told()}"
        here = self.images
        assert here <= len(self.bills) <= here + self._recoverable(), self.told()

    def told(self) -> str:
        """Return the record in a line a run, for whoever reads a failure."""
        return "; ".join(
            f"{run.backend} {run.status} billed {run.billed} cost {run.cost_usd} images {len(run.images)} {run.error}"
            for run in self.runs
        )

    def _recoverable(self) -> int:
        """Return how many images (or maps) the runs that can be recovered lack."""
        open_ended = [run for run in self.paid if run.billed in ("yes", "unknown")]
        return sum(run.request.count - len(run.images) for run in open_ended)

    def _entries(self) -> list[tuple[str, Decimal, Decimal | None]]:
        query = select(ledger.c.state, ledger.c.reserved_usd, ledger.c.settled_usd).where(
            ledger.c.created >= self.began
        )
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query)]
