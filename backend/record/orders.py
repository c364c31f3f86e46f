"""What programs ordered: the same request again finds what it bought, so that no retry buys twice.

An order is one HTTP request, and has a row for each run that it became.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, case, delete, exists, insert, literal, or_, select, update

from backend.domain.errors import AskedOtherwise
from backend.domain.records import Run
from backend.record.database.engine import exclusively, write, writing
from backend.record.database.processes import lives, number_of
from backend.record.database.tables import images, orders, runs

KEPT = timedelta(minutes=10)
"""How long after its end a run is found again by a request that is marked as a retry, or whose answer was lost."""
MARKED = timedelta(hours=24)
"""How long an `Idempotency-Key` stands for its run, as with Stripe's, who began the custom."""
MOST_LOOKED_AT = 200

_ADD = insert(orders)
_SHOWS = exists().where(images.c.run_id == runs.c.id)
_COLUMNS = (
    *(orders.c[name] for name in ("order_id", "what", "created", "undelivered", "process")),
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
        whose answer was lost, which nobody else gets then: its line broke, or its process was killed before it was
        through. What ended without a bill and without an image is none.
        Raises `AskedOtherwise` for a mark that stands for another request.
        """
        if claim.caller is None:
            return None
        with self.engine.connect() as connection:
            held = _found(connection, claim)
            gone = self._gone(connection, frozenset().union(*(each.processes for each in held)))
        found = sorted(((each.order_id, each.is_lost(gone)) for each in held), key=lambda one: not one[1])
        taken = next((order_id for order_id, lost in found if lost and self._take(order_id, gone)), None)
        if taken or not (found and (claim.mark or claim.retry)):
            return taken
        return next((order_id for order_id, lost in found if not lost), found[0][0])

    def knows(self, claim: Claim) -> bool:
        """Whether there is an order that a claim could mean, be its answer lost or not."""
        with self.engine.connect() as connection:
            return claim.caller is not None and bool(_found(connection, claim))

    def note(self, connection: Connection, run: Run, claim: Claim, part: int, parts: int) -> None:
        """Note a run of an order, in the transaction that opens it; raise `AlreadyOrdered` where another was faster."""
        if claim.caller is None:
            return
        if part == 0 and (claim.mark or claim.retry):
            for each in _found(connection, claim):
                raise AlreadyOrdered(each.order_id)
        row = {"run_id": run.id, "order_id": claim.order_id, "part": part, "parts": parts, "caller": claim.caller}
        row |= {"what": claim.what, "mark": claim.mark, "created": run.created, "undelivered": False}
        row["process"] = None if run.cost_kind == "free" else number_of(self.engine)
        connection.execute(_ADD, row)

    def runs(self, order_id: str) -> tuple[tuple[str, ...], int]:
        """Return the ids of the runs that an order has begun, and how many it becomes in all."""
        query = select(orders.c.run_id, orders.c.parts).where(orders.c.order_id == order_id).order_by(orders.c.part)
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        return tuple(row.run_id for row in rows), rows[0].parts if rows else 0

    def is_elsewhere(self, order_id: str) -> bool:
        """Whether another process that lives has an order to answer yet: more runs of it may come."""
        waiting = (orders.c.order_id == order_id, ~orders.c.undelivered, orders.c.process.is_not(None))
        with self.engine.connect() as connection:
            others = frozenset(connection.scalars(select(orders.c.process).where(*waiting))) - {number_of(self.engine)}
            return bool(others - self._gone(connection, others))

    def lost(self, order_id: str) -> None:
        """Note that an order's answer could not be delivered."""
        with writing(self.engine) as connection:
            connection.execute(update(orders).where(orders.c.order_id == order_id).values(undelivered=True))

    def delivered(self, order_id: str) -> None:
        """Note that an order's answer is through; nothing is written where that makes no difference."""
        waiting = (orders.c.order_id == order_id, or_(orders.c.undelivered, orders.c.process.is_not(None)))
        with self.engine.connect() as connection:
            if connection.execute(select(orders.c.run_id).where(*waiting)).first() is None:
                return
        through = update(orders).where(*waiting).values(undelivered=False, process=None)
        write(self.engine, lambda connection: connection.execute(through))

    def lost_with(self, run_ids: Sequence[str]) -> None:
        """Note that nobody got the answer of orders that went on when their process ended, by their runs.

        Those that say which process it was are known by that.
        """
        if not run_ids:
            return
        unsaid = (orders.c.run_id.in_(run_ids), orders.c.process.is_(None))
        with writing(self.engine) as connection:
            connection.execute(update(orders).where(*unsaid).values(undelivered=True))

    def forget(self, before: datetime) -> None:
        """Forget the orders from before a moment."""
        with writing(self.engine) as connection:
            connection.execute(delete(orders).where(orders.c.created < before))

    def _gone(self, connection: Connection, processes: frozenset[int]) -> frozenset[int]:
        """Return those of the processes that are no more. This one lives, and its lock isn't to be touched."""
        others = processes - {number_of(self.engine)}
        return frozenset(number for number in others if not lives(self.engine, connection, number))

    def _take(self, order_id: str, gone: Collection[int]) -> bool:
        """Take an order whose answer was lost; one of several who want it at once gets it, and has to hand it out."""
        waiting = (orders.c.order_id == order_id, or_(orders.c.undelivered, orders.c.process.in_(gone)))
        mine = case((orders.c.process.is_not(None), literal(number_of(self.engine), orders.c.process.type)))
        with exclusively(self.engine) as connection:
            taken = connection.execute(update(orders).where(*waiting).values(undelivered=False, process=mine))
            return bool(taken.rowcount)


@dataclass(frozen=True, slots=True)
class _Found:
    """An order that a claim may mean."""

    order_id: str
    undelivered: bool
    processes: frozenset[int]

    def is_lost(self, gone: Collection[int]) -> bool:
        """Whether its answer was lost, by its line or with its process."""
        return self.undelivered or not self.processes.isdisjoint(gone)


def _found(connection: Connection, claim: Claim) -> list[_Found]:
    """Return the orders that the claim may mean, latest first.

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
            "`Idempotency-Key`: stands for another request of the last 24 hours: give each request a key of its own.",
            details={"field": "Idempotency-Key"},
        )
    return [_of_rows(order) for order in held if order[0].order_id != claim.order_id]


def _of_rows(order: Sequence[Row[Any]]) -> _Found:
    processes = frozenset(row.process for row in order if row.process is not None)
    return _Found(str(order[0].order_id), any(row.undelivered for row in order), processes)


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
