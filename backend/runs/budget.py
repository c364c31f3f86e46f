"""The ledger: money is reserved before a run, and settled, released or held after it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import Engine, insert, select, update

from backend.runs.records import Run
from backend.runs.tables import ledger

Entry = Literal["reserved", "settled", "released", "held"]


class Budget:
    """Reserve the pessimistic price first; afterwards settle the bill, release it, or hold it where nobody knows."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def reserve(self, run: Run, amount: Decimal) -> None:
        """Set money aside for a run that is about to start."""
        values = {"run_id": run.id, "visitor": run.visitor, "backend": run.backend, "created": datetime.now(UTC)}
        with self.engine.begin() as connection:
            connection.execute(insert(ledger).values(**values, state="reserved", reserved_usd=amount))

    def settle(self, run_id: str, bill: Decimal) -> None:
        """Replace the reservation by what was billed."""
        self._close(run_id, "settled", settled_usd=bill)

    def release(self, run_id: str) -> None:
        """Give the reservation back: it is known that nothing was billed."""
        self._close(run_id, "released", settled_usd=Decimal(0))

    def hold(self, run_id: str) -> None:
        """Keep the reservation: it isn't known what was billed."""
        self._close(run_id, "held")

    def entry(self, run_id: str) -> tuple[Entry, Decimal, Decimal | None] | None:
        """Return state, reserved and settled USD of a run, or None where none was reserved."""
        query = select(ledger.c.state, ledger.c.reserved_usd, ledger.c.settled_usd).where(ledger.c.run_id == run_id)
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else (row.state, row.reserved_usd, row.settled_usd)

    def _close(self, run_id: str, state: Entry, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(update(ledger).where(ledger.c.run_id == run_id).values(state=state, **values))
