"""Batches of presses in the record: what each was called, how many it had, and the runs that were begun for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, Engine, delete, func, insert, select

from backend.domain.errors import NotFound
from backend.domain.records import CostKind
from backend.record.database.engine import exclusively
from backend.record.database.queue_tables import batch_runs, batches
from backend.record.database.tables import images, runs
from backend.record.presses.entries import BatchPlace

MOST_SHOWN = 5
SHOWN_FOR = timedelta(days=7)
MOST_NAME = 200


@dataclass(frozen=True, slots=True)
class Batch:
    """A list of presses that were added at once, `total` in number."""

    id: str
    visitor: str
    name: str
    total: int
    created: datetime


@dataclass(frozen=True, slots=True)
class BatchStand:
    """How far a batch is: the numbers of its entries that have an image, and what its runs came to by kind (USD).

    `unknown` runs have a cost that nobody knows, or none yet.
    """

    batch: Batch
    drawn: frozenset[int] = frozenset()
    costs: Mapping[CostKind, Decimal] = field(default_factory=dict)
    unknown: int = 0


def add(connection: Connection, batch: Batch) -> None:
    """Note a batch."""
    values = {name: getattr(batch, name) for name in ("id", "visitor", "name", "total", "created")}
    connection.execute(insert(batches), values)


def note_run(connection: Connection, place: BatchPlace, run_id: str) -> None:
    """Note, in the transaction that opens a run, that it is a batch's; nothing where that was put away."""
    if connection.execute(select(batches.c.id).where(batches.c.id == place.batch)).first():
        values = {"batch_id": place.batch, "run_id": run_id, "number": place.number, "label": place.label}
        connection.execute(insert(batch_runs), values)


class Batches:
    """Each visitor's own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def of(self, visitor: str) -> list[BatchStand]:
        """Return how a visitor's newest batches of the last days stand, the newest first."""
        lately = batches.c.created > datetime.now(UTC) - SHOWN_FOR
        mine = select(batches).where(batches.c.visitor == visitor, lately)
        with self.engine.connect() as connection:
            rows = connection.execute(mine.order_by(batches.c.created.desc()).limit(MOST_SHOWN)).all()
            return [_stand(connection, Batch(**row._mapping)) for row in rows]

    def places(self, visitor: str, batch_id: str) -> tuple[Batch, list[tuple[BatchPlace, str]]]:
        """Return a batch with the place and the id of each of its runs in their order; raise `NotFound` for no such."""
        mine = select(batches).where(batches.c.visitor == visitor, batches.c.id == batch_id)
        ordered = select(batch_runs).where(batch_runs.c.batch_id == batch_id).order_by(batch_runs.c.number)
        with self.engine.connect() as connection:
            row = connection.execute(mine).first()
            found = connection.execute(ordered).all()
        if row is None:
            raise NotFound("This batch was put away: its pictures are in the history.")
        return Batch(**row._mapping), [(BatchPlace(batch_id, each.number, each.label), each.run_id) for each in found]

    def put_away(self, visitor: str, batch_id: str) -> None:
        """Show a batch no longer; its entries and pictures stay."""
        with exclusively(self.engine) as connection:
            connection.execute(delete(batches).where(batches.c.visitor == visitor, batches.c.id == batch_id))


def _stand(connection: Connection, batch: Batch) -> BatchStand:
    mine = batch_runs.c.batch_id == batch.id
    drawn = select(batch_runs.c.number).join(images, images.c.run_id == batch_runs.c.run_id).where(mine).distinct()
    begun = batch_runs.join(runs, runs.c.id == batch_runs.c.run_id)
    sums = select(runs.c.cost_kind, func.sum(runs.c.cost_usd).label("usd"), func.count(runs.c.cost_usd).label("known"))
    counted = sums.add_columns(func.count().label("runs")).select_from(begun).where(mine, runs.c.status != "running")
    rows: Sequence[tuple[CostKind, Decimal | None, int, int]] = [
        (row.cost_kind, row.usd, row.known, row.runs) for row in connection.execute(counted.group_by(runs.c.cost_kind))
    ]
    costs: dict[CostKind, Decimal] = {kind: usd for kind, usd, _, _ in rows if usd is not None and kind != "unknown"}
    unknown = sum(count if kind == "unknown" else count - known for kind, _, known, count in rows if kind != "free")
    return BatchStand(batch, frozenset(connection.scalars(drawn)), costs, unknown)
