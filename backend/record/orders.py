"""What programs ordered: the same request again finds what it bought, so that no retry buys twice.

An order is one HTTP request, and has a row for each run that it became.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, delete, exists, insert, select, update

from backend.domain.errors import AskedOtherwise
from backend.domain.records import Run
from backend.record.database.engine import exclusively, writing
from backend.record.database.tables import images, orders, runs

KEPT = timedelta(minutes=10)
"""How long after its end a run is found again by a request that is marked as a retry, or whose answer was lost."""
MARKED = timedelta(hours=24)
"""How long an `Idempotency-Key` stands for its run, as with Stripe's, who began the custom."""
MOST_LOOKED_AT = 200

_ADD = insert(orders)
_SHOWS = exists().where(images.c.run_id == runs.c.id)
_COLUMNS = (
    *(orders.c[name] for name in ("order_id", "what", "created", "undelivered")),
    *(runs.c[name] for name in ("status", "billed", "cost_kind", "seconds", "deleted")),
    _SHOWS.label("shows"),
)
_OF_CALLER = (
    select(*_COLUMNS)
    .join(runs, runs.c.id == orders.c.run_id)
    .where(orders.c.caller == bindparam("who"), orders.c.created > bindparam("since"))
    .order_by(orders.c.created.desc(), orders.c.order_id, orders.c.part)
    .limit(MOST_LOOKED_AT)
)
_EQUAL = _OF_CALLER.where(orders.c.what == bindparam("asked"))
_OF_MARK = _OF_CALLER.where(orders.c.mark == bindparam("marked"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a request says of itself: `what` hashes its path and body, `mark` its `Idempotency-Key`, if it has one.

    `caller` is who may come back for it, and None who can't be known again; `retry` whether it says to be one, and
    `told` whether a retry of it would.
    """

    order_id: str
    caller: str | None
    what: str
    mark: str | None = None
    retry: bool = False
    told: bool = False


class AlreadyOrdered(Exception):
    """The same request has opened a run at this very moment: nothing was opened for this one."""

    def __init__(self, order_id: str) -> None:
        super().__init__(order_id)
        self.order_id = order_id


class Orders:
    """Notes each run of an order in the transaction that opens it, and finds the order that a request repeats."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def find(self, claim: Claim) -> str | None:
        """Return the order that this request asks for again, or None where it is a new one.

        That is the one of its mark; without a mark, for a retry the latest of the same path and body, and else one
        whose answer was lost, which nobody else gets then. What ended without a bill and without an image is none.
        Raises `AskedOtherwise` for a mark that stands for another request.
        """
        if claim.caller is None:
            return None
        with self.engine.connect() as connection:
            found = _found(connection, claim)
        taken = next((order_id for order_id, lost in found if lost and self._take(order_id)), None)
        if taken or not (found and (claim.mark or claim.retry)):
            return taken
        return next((order_id for order_id, lost in found if not lost), found[0][0])

    def note(self, connection: Connection, run: Run, claim: Claim, part: int, parts: int) -> None:
        """Note a run of an order, in the transaction that opens it; raise `AlreadyOrdered` where another was faster."""
        if claim.caller is None:
            return
        if part == 0 and (claim.mark or claim.retry):
            for order_id, _ in _found(connection, claim):
                raise AlreadyOrdered(order_id)
        row = {"run_id": run.id, "order_id": claim.order_id, "part": part, "parts": parts, "caller": claim.caller}
        row |= {"what": claim.what, "mark": claim.mark, "created": run.created, "undelivered": False}
        connection.execute(_ADD, row)

    def runs(self, order_id: str) -> tuple[tuple[str, ...], int]:
        """Return the ids of the runs that an order has begun, and how many it becomes in all."""
        query = select(orders.c.run_id, orders.c.parts).where(orders.c.order_id == order_id).order_by(orders.c.part)
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        return tuple(row.run_id for row in rows), rows[0].parts if rows else 0

    def lost(self, order_id: str) -> None:
        """Note that an order's answer could not be delivered."""
        with writing(self.engine) as connection:
            connection.execute(update(orders).where(orders.c.order_id == order_id).values(undelivered=True))

    def lost_with(self, run_ids: Sequence[str]) -> None:
        """Note that nobody got the answer of orders whose process is gone, by their runs."""
        if not run_ids:
            return
        with writing(self.engine) as connection:
            connection.execute(update(orders).where(orders.c.run_id.in_(run_ids)).values(undelivered=True))

    def forget(self, before: datetime) -> None:
        """Forget the orders from before a moment."""
        with writing(self.engine) as connection:
            connection.execute(delete(orders).where(orders.c.created < before))

    def _take(self, order_id: str) -> bool:
        """Take an order whose answer was lost; one of several who want it at once gets it."""
        waiting = (orders.c.order_id == order_id, orders.c.undelivered)
        with exclusively(self.engine) as connection:
            return bool(connection.execute(update(orders).where(*waiting).values(undelivered=False)).rowcount)


def _found(connection: Connection, claim: Claim) -> list[tuple[str, bool]]:
    """Return the orders that the claim may mean, each with whether its answer was lost: those first, then the latest.

    Raises `AskedOtherwise` for a mark that stands for another request.
    """
    since = datetime.now(UTC) - MARKED
    values = {"who": claim.caller, "since": since, "asked": claim.what, "marked": claim.mark}
    if claim.mark is None:
        rows = connection.execute(_EQUAL, {name: values[name] for name in ("who", "since", "asked")}).all()
        rows = [row for row in rows if _lately(row)]
    else:
        rows = connection.execute(_OF_MARK, {name: values[name] for name in ("who", "since", "marked")}).all()
    held = [order for order in _by_order(rows) if any(_holds(row) for row in order)]
    if claim.mark and any(row.what != claim.what for order in held for row in order):
        raise AskedOtherwise(
            "`Idempotency-Key`: stands for another request of the last 24 hours: give each request a key of its own."
        )
    found = [(str(order[0].order_id), any(row.undelivered for row in order)) for order in held]
    return sorted((one for one in found if one[0] != claim.order_id), key=lambda one: not one[1])


def _by_order(rows: Iterable[Row[Any]]) -> list[list[Row[Any]]]:
    return [list(order) for _, order in groupby(rows, key=lambda row: row.order_id)]


def _lately(row: Row[Any]) -> bool:
    ended: datetime = row.created + timedelta(seconds=row.seconds or 0)
    return row.status == "running" or ended > datetime.now(UTC) - KEPT


def _holds(row: Row[Any]) -> bool:
    """Whether a run goes on, shows something, or may have been billed; else the request may be carried out anew."""
    if row.deleted is not None:
        return False
    if row.status == "running" or row.billed in ("yes", "unknown"):
        return True
    return bool(row.shows) and (row.status in ("finished", "partial") or row.cost_kind != "free")
